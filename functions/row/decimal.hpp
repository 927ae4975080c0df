// PostgreSQL's numeric as exact decimal text, straight from its words of four digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "functions/json/jsonb_layout.hpp"

namespace lifecycle::row {

// A numeric as stored: the value is the sum of word[i] * 10000^(weight - i), shown with `scale` digits after the point.
struct Decimal {
  enum class Kind : std::uint8_t { finite, nan, infinity, minus_infinity };

  const char* words; // not necessarily aligned
  std::uint32_t count;
  std::int32_t weight;
  std::uint32_t scale;
  bool negative;
  Kind kind;
};

// Reads the bytes after the length word, whichever form that has. Raises data_corrupted where they are no numeric.
Decimal read_decimal(std::string_view bytes);

// Whether the kind would be finite. Of bytes too short for a header that is left to read_decimal().
inline bool is_finite_decimal(std::string_view bytes) {
  std::uint16_t header = 0;
  if (bytes.size() < sizeof header) [[unlikely]] {
    return read_decimal(bytes).kind == Decimal::Kind::finite;
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  return (header & json::layout::numeric_kind_mask) != json::layout::numeric_special;
}

// The most bytes a finite number's text takes.
inline std::size_t decimal_bound(const Decimal& decimal) {
  const std::size_t whole = decimal.weight < 0 ? 0 : static_cast<std::size_t>(decimal.weight) * 4 + 4;
  const std::size_t fraction = static_cast<std::size_t>(decimal.count) * 4 + 4 +
                               (decimal.weight < 0 ? static_cast<std::size_t>(-decimal.weight) * 4 : 0);
  return whole + (fraction > decimal.scale ? fraction : decimal.scale) + 4;
}

// With all `scale` digits after the point, as numeric_out writes it. Room for decimal_bound must be at `to`.
char* write_decimal(const Decimal& decimal, char* to);

// Without zeros at the end of the fraction: one text for one value.
char* write_trimmed_decimal(const Decimal& decimal, char* to);

// How much of a text of write_decimal() is that of write_trimmed_decimal(); 0 where it is no part of it.
std::size_t trimmed_size(const Decimal& decimal, std::string_view text);

// NaN, Infinity or -Infinity; empty for a finite number.
std::string_view special_name(Decimal::Kind kind);

} // namespace lifecycle::row
