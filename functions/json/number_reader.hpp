// A JSON number's text as PostgreSQL's numeric, of any length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::json {

// Whether a number, spelled as JSON allows, has a place in an event: its nearest double is neither infinite nor, unless
// it is zero itself, zero, and a numeric can keep all its digits (at most 16,383 after the point).
bool number_fits(std::string_view number);

// Whether a numeric can keep all of it: at most 131,072 digits before the point and 16,383 after it.
bool numeric_fits(std::string_view number);

// The most bytes write_numeric writes for a text of this length.
constexpr std::size_t numeric_bound(std::size_t length) { return 4 + 2 * (length / 4 + 3); }

// What numeric_in makes of it, without the length word; returns the end. The number must fit.
char* write_numeric(std::string_view number, char* to);

} // namespace lifecycle::json
