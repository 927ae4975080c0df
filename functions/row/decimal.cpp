#include "functions/row/decimal.hpp"

#include <algorithm>
#include <cstring>

#include "functions/core/utc_time.hpp"
#include "functions/json/jsonb_reader.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::row {

namespace layout = json::layout;

namespace {

// Display scale: seven bits below the sign in the short form, fourteen in the long one.
constexpr unsigned short_scale_shift = 7;
constexpr std::uint16_t short_scale_mask = 0x1F80;
constexpr std::uint16_t long_scale_mask = 0x3FFF;

constexpr std::uint32_t word_digits = 4;

// Word i, zero where none is stored.
unsigned word_at(const Decimal& decimal, std::int64_t index) {
  if (index < 0 || index >= decimal.count) {
    return 0;
  }
  const unsigned word = json::load<std::uint16_t>(decimal.words + index * 2);
  if (word >= layout::numeric_base) [[unlikely]] {
    json::fail_malformed("A number has a word of more than four digits.");
  }
  return word;
}

char* write_word(unsigned word, char* to) {
  to = write_two_digits(word / 100, to);
  return write_two_digits(word % 100, to);
}

// The sign and the digits before the point.
char* write_whole(const Decimal& decimal, char* to) {
  if (decimal.negative) {
    *to++ = '-';
  }
  if (decimal.weight < 0) {
    *to++ = '0';
    return to;
  }
  char first[word_digits];
  write_word(word_at(decimal, 0), first);
  std::size_t zeros = 0;
  while (zeros < word_digits - 1 && first[zeros] == '0') {
    ++zeros;
  }
  std::memcpy(to, first + zeros, word_digits - zeros);
  to += word_digits - zeros;
  for (std::int64_t i = 1; i <= decimal.weight; ++i) {
    to = write_word(word_at(decimal, i), to);
  }
  return to;
}

} // namespace

Decimal read_decimal(std::string_view bytes) {
  Decimal decimal{};
  if (bytes.size() < sizeof(std::uint16_t)) [[unlikely]] {
    json::fail_malformed("A number is shorter than its header.");
  }
  const auto header = json::load<std::uint16_t>(bytes.data());
  std::size_t start = sizeof header;
  switch (header & layout::numeric_kind_mask) {
    case layout::numeric_short: {
      decimal.negative = (header & layout::numeric_short_negative) != 0;
      decimal.scale = static_cast<std::uint32_t>(header & short_scale_mask) >> short_scale_shift;
      // The weight's sign bit is worth minus 64.
      decimal.weight = (header & layout::numeric_short_weight_mask) - (header & layout::numeric_short_weight_sign);
      break;
    }
    case layout::numeric_special:
      switch (header & layout::numeric_special_mask) {
        case layout::numeric_infinity:
          decimal.kind = Decimal::Kind::infinity;
          break;
        case layout::numeric_minus_infinity:
          decimal.kind = Decimal::Kind::minus_infinity;
          break;
        default:
          decimal.kind = Decimal::Kind::nan;
      }
      return decimal;
    default:
      decimal.negative = (header & layout::numeric_kind_mask) == layout::numeric_negative;
      decimal.scale = header & long_scale_mask;
      if (bytes.size() < start + sizeof(std::int16_t)) [[unlikely]] {
        json::fail_malformed("A number is shorter than its header.");
      }
      decimal.weight = json::load<std::int16_t>(bytes.data() + start);
      start += sizeof(std::int16_t);
  }
  decimal.words = bytes.data() + start;
  decimal.count = static_cast<std::uint32_t>((bytes.size() - start) / sizeof(std::uint16_t));
  if (decimal.count > layout::numeric_max_words) [[unlikely]] {
    json::fail_malformed("A number has more digits than a numeric can have.");
  }
  return decimal;
}

char* write_decimal(const Decimal& decimal, char* to) {
  to = write_whole(decimal, to);
  if (decimal.scale == 0) {
    return to;
  }
  *to++ = '.';
  // The first word after the point; below zero there are zeros before the first word stored, and there may be some
  // behind the last.
  std::int64_t index = std::int64_t{decimal.weight} + 1;
  std::uint32_t left = decimal.scale;
  for (; left >= word_digits && index < decimal.count; left -= word_digits) {
    to = write_word(word_at(decimal, index++), to);
  }
  if (index >= decimal.count) {
    std::memset(to, '0', left);
    return to + left;
  }
  char last[word_digits];
  write_word(left > 0 ? word_at(decimal, index) : 0, last);
  std::memcpy(to, last, left);
  return to + left;
}

char* write_trimmed_decimal(const Decimal& decimal, char* to) {
  to = write_whole(decimal, to);
  char* const whole_end = to;
  *to++ = '.';
  for (std::int64_t i = std::int64_t{decimal.weight} + 1; i < decimal.count; ++i) {
    to = write_word(word_at(decimal, i), to);
  }
  while (to[-1] == '0') {
    --to;
  }
  return to - 1 == whole_end ? whole_end : to;
}

std::size_t trimmed_size(const Decimal& decimal, std::string_view text) {
  // Words may have more digits than are shown: zeros, if the number was rounded to its scale.
  const std::int64_t stored = (std::int64_t{decimal.count} - 1 - decimal.weight) * word_digits;
  if (stored > decimal.scale) {
    constexpr unsigned powers[word_digits] = {1, 10, 100, 1000};
    const std::int64_t hidden = stored - decimal.scale;
    if (hidden >= word_digits || word_at(decimal, std::int64_t{decimal.count} - 1) % powers[hidden] != 0) {
      return 0;
    }
  }
  std::size_t size = text.size();
  if (decimal.scale > 0) {
    // Behind the last word that is stored there are zeros only.
    size -= stored < decimal.scale ? decimal.scale - static_cast<std::size_t>(std::max<std::int64_t>(stored, 0)) : 0;
    while (text[size - 1] == '0') {
      --size;
    }
    size -= text[size - 1] == '.' ? 1U : 0U;
  }
  return size;
}

std::string_view special_name(Decimal::Kind kind) {
  switch (kind) {
    case Decimal::Kind::nan:
      return "NaN";
    case Decimal::Kind::infinity:
      return "Infinity";
    case Decimal::Kind::minus_infinity:
      return "-Infinity";
    case Decimal::Kind::finite:
      break;
  }
  return {};
}

} // namespace lifecycle::row
