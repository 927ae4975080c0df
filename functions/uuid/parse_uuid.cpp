#include "functions/uuid/parse_uuid.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::size_t uuid_length = 36;

// -1 where it is no hexadecimal digit.
constexpr int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) noexcept {
  if (text.size() != uuid_length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (std::uint8_t& byte : bytes) {
    // Only where a hyphen belongs: one too many must not lead past the end.
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      ++at;
    }
    const int high = digit_value(text[at]);
    const int low = digit_value(text[at + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    byte = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return bytes;
}

} // namespace lifecycle
