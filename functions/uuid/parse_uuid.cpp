#include "functions/uuid/parse_uuid.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::size_t uuid_length = 36;

constexpr std::uint8_t no_digit = 0x80;

// The value of each character as a hexadecimal digit: looked up, as which of a UUID's are letters no processor
// foresees.
constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) {
    values[static_cast<std::size_t>('0' + i)] = i;
  }
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = values[static_cast<std::size_t>('A' + i)] =
        static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();

constexpr std::uint8_t digit_value(char c) noexcept { return digit_values[static_cast<unsigned char>(c)]; }

} // namespace

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) noexcept {
  if (text.size() != uuid_length || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t seen = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) { // behind a hyphen
      ++at;
    }
    const std::uint8_t high = digit_value(text[at]);
    const std::uint8_t low = digit_value(text[at + 1]);
    seen |= high | low;
    bytes[i] = static_cast<std::uint8_t>(high << 4U | low);
    at += 2;
  }
  if (seen >= no_digit) {
    return std::nullopt;
  }
  return bytes;
}

} // namespace lifecycle
