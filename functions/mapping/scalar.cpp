#include "functions/mapping/scalar.hpp"

#include <charconv>

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

// Takes the digits at the beginning; returns how many there were.
std::size_t take_digits(std::string_view& text) noexcept {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') {
    ++count;
  }
  text.remove_prefix(count);
  return count;
}

void take_sign(std::string_view& text) noexcept {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    text.remove_prefix(1);
  }
}

} // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') { // from_chars knows no plus
    text.remove_prefix(1);
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

bool is_decimal(std::string_view text) noexcept {
  constexpr std::size_t most_digits = 1000; // a numeric takes many more; no measure has as many
  constexpr int largest_exponent = 1000;
  if (text.size() > most_digits) {
    return false;
  }
  take_sign(text);
  std::size_t digits = take_digits(text);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  if (digits == 0) {
    return false;
  }
  if (text.empty()) {
    return true;
  }
  if (text[0] != 'e' && text[0] != 'E') {
    return false;
  }
  text.remove_prefix(1);
  take_sign(text);
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  return !text.empty() && text[0] != '-' && error == std::errc() && end == text.data() + text.size() &&
         exponent <= largest_exponent;
}

} // namespace lifecycle::mapping
