// Numbers of a rule. Stored ones stay the decimals they are and are compared exactly; computed ones are doubles, as
// JsonLogic's are in JavaScript.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "functions/condition/value.hpp"
#include "functions/condition/workspace.hpp"
#include "functions/json/jsonb_reader.hpp"

namespace lifecycle::condition {

// A stored number that is whole and below 10^16; most are.
inline bool whole_number(std::string_view bytes, std::int64_t& whole) {
  namespace layout = json::layout;
  constexpr std::size_t no_word = sizeof(std::uint32_t) + sizeof(std::uint16_t);
  constexpr unsigned most_words = 4;
  if (bytes.size() < no_word || json::load<std::uint32_t>(bytes.data()) != json::numeric_length_word(bytes.size())) {
    return false;
  }
  const unsigned header = json::load<std::uint16_t>(bytes.data() + sizeof(std::uint32_t));
  const std::size_t words = (bytes.size() - no_word) / sizeof(std::uint16_t);
  const unsigned weight = header & (layout::numeric_short_weight_sign | layout::numeric_short_weight_mask);
  if ((header & layout::numeric_kind_mask) != layout::numeric_short || weight >= most_words || words > weight + 1U) {
    return false;
  }
  std::int64_t value = 0;
  for (std::size_t i = 0; i < words; ++i) {
    value = value * layout::numeric_base + json::load<std::uint16_t>(bytes.data() + no_word + 2 * i);
  }
  for (std::size_t i = words; i <= weight; ++i) {
    value *= layout::numeric_base;
  }
  whole = (header & layout::numeric_short_negative) != 0 ? -value : value;
  return true;
}

// The order of two stored numbers, exactly.
std::partial_ordering compare_stored_slowly(std::string_view left, std::string_view right);

inline std::partial_ordering compare_stored(std::string_view left, std::string_view right) {
  std::int64_t whole_left = 0;
  std::int64_t whole_right = 0;
  if (whole_number(left, whole_left) && whole_number(right, whole_right)) [[likely]] {
    return whole_left <=> whole_right;
  }
  return compare_stored_slowly(left, right);
}

// The nearest double; infinite where a double cannot hold it.
double stored_to_real(std::string_view bytes);

inline double to_real(const Value& number) {
  return number.kind == Kind::real ? number.real : stored_to_real(number.view());
}

// Two stored numbers exactly, others as doubles.
inline std::partial_ordering compare_numbers(const Value& left, const Value& right) {
  if (left.kind == Kind::number && right.kind == Kind::number) [[likely]] {
    return compare_stored(left.view(), right.view());
  }
  return to_real(left) <=> to_real(right);
}

inline bool is_zero(std::string_view stored) {
  std::int64_t whole = 0;
  return whole_number(stored, whole) && whole == 0;
}

// ECMAScript's Number(text): the whole text, NaN where it is no number.
double text_to_real(std::string_view text);

// ECMAScript's parseFloat(text): as much of it as is a number.
double parse_real(std::string_view text);

// A finite double as a stored number: the shortest decimal that names it. At most real_size bytes are written.
inline constexpr std::size_t real_size = 24;
std::size_t store_real(double real, char* to);

// The text ECMAScript gives; of a stored number that no double equals, its plain decimal.
std::string_view number_text(const Value& number, Workspace& work);

} // namespace lifecycle::condition
