// The bytes of a key, written so that comparing bytes compares keys: integers big-endian with the sign bit turned,
// texts with a zero after them (no text has one). No key is the beginning of another, whatever columns follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lifecycle::versioned {

class KeyBytes {
 public:
  void clear() noexcept { bytes_.clear(); }
  [[nodiscard]] std::string_view view() const noexcept { return bytes_; }

  void put_bytes(const void* bytes, std::size_t size) { bytes_.append(static_cast<const char*>(bytes), size); }

  void put_integer(std::int64_t value) {
    char bytes[8];
    auto rest = static_cast<std::uint64_t>(value) ^ sign_bit;
    for (int i = 7; i >= 0; --i) {
      bytes[i] = static_cast<char>(rest & 0xFFU);
      rest >>= 8U;
    }
    bytes_.append(bytes, sizeof bytes);
  }

  void put_text(std::string_view text) {
    bytes_.append(text);
    bytes_.push_back('\0');
  }

 private:
  friend class KeyReader;
  static constexpr std::uint64_t sign_bit = 1ULL << 63U;
  std::string bytes_;
};

// Reads the columns back in the order in which they were put.
class KeyReader {
 public:
  explicit KeyReader(std::string_view bytes) noexcept : rest_(bytes) {}

  std::string_view bytes(std::size_t size) noexcept { return take(size, 0); }

  std::int64_t integer() noexcept {
    std::uint64_t value = 0;
    for (const char byte : take(8, 0)) {
      value = value << 8U | static_cast<unsigned char>(byte);
    }
    return static_cast<std::int64_t>(value ^ KeyBytes::sign_bit);
  }

  std::string_view text() noexcept { return take(rest_.find('\0'), 1); }

 private:
  std::string_view take(std::size_t size, std::size_t behind) noexcept {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size() + behind);
    return taken;
  }

  std::string_view rest_;
};

} // namespace lifecycle::versioned
