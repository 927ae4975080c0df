// Values within quotes, for texts in which quotes are only written where they are needed: cells of CSV, elements of
// PostgreSQL's array literals, fields of its composite literals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::row {

enum class Quoting : std::uint8_t {
  csv,      // RFC 4180: a quote doubled
  array,    // a backslash before quote and backslash
  composite // quote and backslash doubled
};

// Whether the text would read back as something else without quotes: as nothing (null), or as more than one value.
bool needs_quotes(std::string_view text, Quoting quoting, char delimiter);

// How many bytes the quotes and what they escape add.
std::size_t quotes_size(std::string_view text, Quoting quoting);

// Puts the text at [begin, end) into quotes where it stands; room for quotes_size() more must follow it. Returns its
// new end.
char* put_in_quotes(char* begin, char* end, Quoting quoting);

} // namespace lifecycle::row
