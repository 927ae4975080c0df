#include "functions/json/fits_jsonb.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

constexpr std::int64_t most_whole_digits = 131072; // of a numeric, before and after its point
constexpr std::int64_t most_fraction_digits = 16383;
constexpr std::int64_t most_exponent = 1000000000;
// The server writes jsonb with the C stack, which json itself needs less of.
constexpr int most_depth = 6000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

unsigned hex_value(char c) { return static_cast<unsigned>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10); }

// Reads a string from behind its opening quote to behind the closing one.
bool string_fits(std::string_view json, std::size_t* at) {
  bool wants_low = false; // the high half of a pair has just been read
  for (;;) {
    const std::size_t stop = json.find_first_of("\"\\", *at);
    if (stop == std::string_view::npos || (wants_low && stop != *at)) {
      return false;
    }
    *at = stop + 1;
    if (json[stop] == '"') {
      return !wants_low;
    }
    if (json.substr(stop, 6).size() == 6 && json[stop + 1] == 'u') {
      unsigned code = 0;
      for (std::size_t i = 2; i < 6; ++i) {
        code = code << 4U | hex_value(json[stop + i]);
      }
      const bool is_high = code >= 0xD800 && code < 0xDC00;
      const bool is_low = code >= 0xDC00 && code < 0xE000;
      if (code == 0 || is_low != wants_low) {
        return false;
      }
      wants_low = is_high;
      *at = stop + 6;
    } else {
      if (wants_low) {
        return false;
      }
      *at = stop + 2;
    }
  }
}

bool number_fits(std::string_view json, std::size_t* at) {
  std::int64_t whole = 0;         // digits before the point, from the first that is not zero
  std::int64_t fraction = 0;      // digits after it
  std::int64_t leading_zeros = 0; // of the fraction
  bool is_zero = true;
  std::size_t i = *at + (json[*at] == '-' ? 1 : 0);
  for (; i < json.size() && is_digit(json[i]); ++i) {
    is_zero = is_zero && json[i] == '0';
    whole += is_zero ? 0 : 1;
  }
  if (i < json.size() && json[i] == '.') {
    for (++i; i < json.size() && is_digit(json[i]); ++i, ++fraction) {
      is_zero = is_zero && json[i] == '0';
      leading_zeros += is_zero ? 1 : 0;
    }
  }
  std::int64_t exponent = 0;
  if (i < json.size() && (json[i] == 'e' || json[i] == 'E')) {
    const bool is_negative = ++i < json.size() && json[i] == '-';
    i += i < json.size() && (json[i] == '-' || json[i] == '+') ? 1 : 0;
    for (; i < json.size() && is_digit(json[i]); ++i) {
      exponent = std::min(exponent * 10 + (json[i] - '0'), most_exponent);
    }
    exponent = is_negative ? -exponent : exponent;
  }
  *at = i;
  if (std::abs(exponent) == most_exponent || fraction - exponent > most_fraction_digits) {
    return false;
  }
  return is_zero || (whole > 0 ? whole : -leading_zeros) + exponent <= most_whole_digits;
}

} // namespace

bool fits_jsonb(std::string_view json) {
  int depth = 0;
  unsigned polled = 0;
  for (std::size_t at = 0; at < json.size();) {
    if (++polled % interrupt_interval == 0) {
      poll_interrupts();
    }
    const char c = json[at];
    if (c == '"') {
      if (!string_fits(json, &++at)) {
        return false;
      }
    } else if (is_digit(c) || c == '-') {
      if (!number_fits(json, &at)) {
        return false;
      }
    } else {
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      if (depth > most_depth) {
        return false;
      }
      ++at;
    }
  }
  return true;
}

} // namespace lifecycle::json
