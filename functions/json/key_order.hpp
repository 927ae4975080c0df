// The order RFC 8785 gives to keys: by UTF-16 code units, straight from UTF-8.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lifecycle::json {

// UTF-8 bytes order as UTF-16 code units do, but for one case: a character beyond U+FFFF (lead byte F0 to F4) is a pair
// of surrogates (D800 to DFFF) and so comes before U+E000 to U+FFFF (lead bytes EE and EF).
inline unsigned char utf16_rank(unsigned char byte) {
  return (byte & 0xFEU) == 0xEEU ? static_cast<unsigned char>(byte + 0x10U) : byte;
}

bool utf16_less(std::string_view left, std::string_view right);

// A key with its first eight ranks as one number, which nearly always decides.
struct SortKey {
  std::uint64_t prefix;
  const char* text;
  std::uint32_t size;
  std::uint32_t index; // among the object's pairs as stored
};

std::uint64_t sort_prefix(std::string_view key);

// Takes interrupts; on one the keys are left in some order.
void sort_keys(std::span<SortKey> keys);

} // namespace lifecycle::json
