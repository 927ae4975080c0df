#include "functions/json/number_reader.hpp"

#include <charconv>
#include <cstring>

#include "functions/json/jsonb_layout.hpp"
#include "functions/row/numeric_builder.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

constexpr std::int64_t max_scale = 16383;
constexpr std::int64_t max_whole_digits = 131072;
constexpr std::int64_t word_digits = 4;

// A text's parts: 0.DIGITS * 10^point, digits given as a range of the text in which a point may stand.
struct Parts {
  const char* first;  // the first digit that is not zero; end where there is none
  const char* end;    // of the mantissa, zeros at its end left out
  std::int64_t point; // power of ten of the first digit, plus one
  std::int64_t scale; // digits after the point that the number shows
  bool negative;
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Beyond any limit that matters, without overflow.
std::int64_t read_exponent(const char* at, const char* end) {
  constexpr std::int64_t enough = 1'000'000'000;
  const bool negative = at != end && *at == '-';
  if (at != end && !is_digit(*at)) {
    ++at;
  }
  std::int64_t value = 0;
  for (; at != end && value < enough; ++at) {
    value = value * 10 + (*at - '0');
  }
  return negative ? -value : value;
}

Parts split(std::string_view number) {
  const char* at = number.data();
  const char* const stop = at + number.size();
  Parts parts{};
  parts.negative = *at == '-';
  at += parts.negative ? 1 : 0;
  parts.first = nullptr;
  parts.end = nullptr;
  bool after_point = false;
  std::int64_t fraction = 0;
  for (; at != stop && *at != 'e' && *at != 'E'; ++at) {
    if (*at == '.') {
      after_point = true;
      continue;
    }
    fraction += after_point ? 1 : 0;
    if (parts.first == nullptr && *at == '0') {
      parts.point -= after_point ? 1 : 0;
      continue;
    }
    parts.point += after_point ? 0 : 1;
    if (parts.first == nullptr) {
      parts.first = at;
    }
    if (*at != '0') {
      parts.end = at + 1;
    }
  }
  const std::int64_t exponent = at == stop ? 0 : read_exponent(at + 1, stop);
  parts.point += exponent;
  parts.scale = fraction > exponent ? fraction - exponent : 0;
  return parts;
}

} // namespace

bool number_fits(std::string_view number) {
  const Parts parts = split(number);
  if (parts.scale > max_scale) {
    return false;
  }
  if (parts.first == nullptr || (parts.point > -300 && parts.point < 300)) {
    return true;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  return error == std::errc() && value != 0;
}

bool numeric_fits(std::string_view number) {
  const Parts parts = split(number);
  return parts.scale <= max_scale && (parts.first == nullptr || parts.point <= max_whole_digits);
}

char* write_numeric(std::string_view number, char* to) {
  // Short plain numbers are nearly all there are.
  constexpr std::size_t plain_length = 18;
  if (number.size() <= plain_length && number.find_first_of("eE") == std::string_view::npos) [[likely]] {
    return to + row::build_numeric(number, to);
  }
  const Parts parts = split(number);
  const bool zero = parts.first == nullptr;
  const std::int64_t leading_power = zero ? 0 : parts.point - 1;
  const std::int64_t weight = zero                 ? 0
                              : leading_power >= 0 ? leading_power / word_digits
                                                   : -((-leading_power + word_digits - 1) / word_digits);
  const auto put = [&to](std::uint16_t value) {
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
  };
  if (parts.scale <= 63 && weight >= -64 && weight <= 63) {
    const unsigned sign = parts.negative && !zero ? layout::numeric_short_negative : 0U;
    put(static_cast<std::uint16_t>(
        layout::numeric_short | sign | (static_cast<unsigned>(parts.scale) << 7U) |
        (static_cast<unsigned>(weight) & (layout::numeric_short_weight_sign | layout::numeric_short_weight_mask))));
  } else {
    const unsigned sign = parts.negative && !zero ? layout::numeric_negative : 0U;
    put(static_cast<std::uint16_t>(sign | static_cast<unsigned>(parts.scale)));
    put(static_cast<std::uint16_t>(weight));
  }
  if (zero) {
    return to;
  }
  // Words begin where the power of ten is a multiple of four.
  std::int64_t place = word_digits - 1 - (leading_power - weight * word_digits);
  unsigned word = 0;
  constexpr unsigned powers[word_digits] = {1000, 100, 10, 1};
  for (const char* at = parts.first; at != parts.end; ++at) {
    if (*at == '.') {
      continue;
    }
    word += static_cast<unsigned>(*at - '0') * powers[place];
    if (++place == word_digits) {
      put(static_cast<std::uint16_t>(word));
      word = 0;
      place = 0;
    }
  }
  if (place != 0) {
    put(static_cast<std::uint16_t>(word));
  }
  return to;
}

} // namespace lifecycle::json
