// What a contract asks of each column's value, in a form that costs a few comparisons a row. It only tells the rows
// that keep the contract from those that do not; what is wrong with the latter is told by the contract's checks in SQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/json/string_writer.hpp"

namespace lifecycle::exporting {

// A text that fits into two numbers.
struct ShortText {
  json::TextBlock block;
  std::size_t size;
};

struct ColumnChecks {
  std::string name;
  bool required = false;
  bool empty_is_null = false;          // of a text
  std::size_t most_characters = 0;     // of a text; 0: any number
  std::vector<std::string> values;     // of a text; empty: any
  std::vector<ShortText> short_values; // the same; empty where one of them is long
  bool searched = false;               // of a text or a document: for secrets

  [[nodiscard]] bool asks_text() const { return empty_is_null || most_characters != 0 || !values.empty(); }
  // Of a text that is not null.
  [[nodiscard]] bool takes_text(std::string_view text) const {
    return (text.size() <= most_characters || most_characters == 0 || is_short_enough(text)) &&
           (values.empty() || is_listed(text));
  }

 private:
  [[nodiscard]] bool is_short_enough(std::string_view text) const;
  [[nodiscard]] bool is_listed(std::string_view text) const;
};

// A JSON array of one object a column: {"name": "status", "required": true, "empty_is_null": true, "most_characters":
// 10, "values": [...], "searched": true}, each member but the name where it applies. Raises invalid_parameter_value for
// anything else.
std::vector<ColumnChecks> read_columns(std::string_view document);

// Microseconds since 2000: within the years 1 to 9999.
constexpr bool is_in_exported_years(std::int64_t microseconds) {
  constexpr std::int64_t first = -63'082'281'600'000'000;  // 0001-01-01
  constexpr std::int64_t beyond = 252'455'616'000'000'000; // 10000-01-01
  return microseconds >= first && microseconds < beyond;
}

} // namespace lifecycle::exporting
