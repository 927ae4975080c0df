#include "functions/row/numeric_builder.hpp"

#include <cstring>

#include "functions/json/jsonb_layout.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::row {

namespace layout = json::layout;

namespace {

constexpr int word_digits = 4;
constexpr int max_digits = 19;
constexpr int max_words = 6;

constexpr int short_scale_shift = 7;
constexpr int short_max_scale = 63;
constexpr int short_max_weight = 63;
constexpr int short_min_weight = -64;

std::size_t store(std::uint16_t value, std::size_t at, char* to) {
  std::memcpy(to + at, &value, sizeof value);
  return at + sizeof value;
}

// Words without zeros at either end.
std::size_t store_numeric(bool negative, int weight, int scale, const std::uint16_t* words, int count, char* to) {
  std::size_t at = 0;
  if (scale <= short_max_scale && weight >= short_min_weight && weight <= short_max_weight) {
    const unsigned sign = negative ? layout::numeric_short_negative : 0U;
    const unsigned weight_bits =
        static_cast<unsigned>(weight) & (layout::numeric_short_weight_sign | layout::numeric_short_weight_mask);
    at = store(static_cast<std::uint16_t>(layout::numeric_short | sign |
                                          (static_cast<unsigned>(scale) << short_scale_shift) | weight_bits),
               at, to);
  } else {
    const unsigned sign = negative ? layout::numeric_negative : 0U;
    at = store(static_cast<std::uint16_t>(sign | static_cast<unsigned>(scale)), at, to);
    at = store(static_cast<std::uint16_t>(weight), at, to);
  }
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(std::uint16_t);
  std::memcpy(to + at, words, bytes);
  return at + bytes;
}

} // namespace

std::size_t build_numeric(std::int64_t value, char* to) {
  const bool negative = value < 0;
  std::uint64_t left = negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::uint16_t words[max_words];
  int first = max_words;
  while (left != 0) {
    words[--first] = static_cast<std::uint16_t>(left % layout::numeric_base);
    left /= layout::numeric_base;
  }
  int end = max_words;
  const int weight = end - first - 1;
  while (end > first && words[end - 1] == 0) {
    --end;
  }
  if (first == end) {
    return store_numeric(false, 0, 0, words, 0, to);
  }
  return store_numeric(negative, weight, 0, words + first, end - first, to);
}

std::size_t build_numeric(std::string_view number, char* to) {
  std::size_t at = 0;
  const bool negative = !number.empty() && number[0] == '-';
  at += negative ? 1 : 0;
  char digits[max_digits];
  int count = 0;    // significant digits kept
  int point = 0;    // digits before the decimal point, counted from the first significant one
  int fraction = 0; // digits written after the point: the display scale before the exponent
  bool after_point = false;
  for (; at < number.size() && number[at] != 'e'; ++at) {
    const char c = number[at];
    if (c == '.') {
      after_point = true;
      continue;
    }
    fraction += after_point ? 1 : 0;
    if (c == '0' && count == 0) {
      point -= after_point ? 1 : 0;
      continue;
    }
    point += after_point ? 0 : 1;
    if (count < max_digits) {
      digits[count++] = c;
    }
  }
  if (at < number.size()) {
    ++at; // the e
    const bool minus = at < number.size() && number[at] == '-';
    int exponent = 0;
    for (at += 1; at < number.size(); ++at) {
      exponent = exponent * 10 + (number[at] - '0');
    }
    point += minus ? -exponent : exponent;
    fraction -= minus ? -exponent : exponent;
  }
  const int scale = fraction > 0 ? fraction : 0;
  while (count > 0 && digits[count - 1] == '0') {
    --count;
  }
  std::uint16_t words[max_words] = {};
  if (count == 0) {
    return store_numeric(false, 0, scale, words, 0, to);
  }
  // Digit i stands for 10^(point - 1 - i); words begin where the power is a multiple of four.
  const int leading_power = point - 1;
  const int weight =
      leading_power >= 0 ? leading_power / word_digits : -((-leading_power + word_digits - 1) / word_digits);
  int place = word_digits - 1 - (leading_power - weight * word_digits); // of the first digit within its word
  int last_word = 0;
  constexpr std::uint16_t powers[word_digits] = {1000, 100, 10, 1};
  for (int i = 0; i < count; ++i, ++place) {
    last_word = place / word_digits;
    words[last_word] = static_cast<std::uint16_t>(words[last_word] + (digits[i] - '0') * powers[place % word_digits]);
  }
  return store_numeric(negative, weight, scale, words, last_word + 1, to);
}

} // namespace lifecycle::row
