// Builds PostgreSQL's numeric as stored, without its length word: what numeric_in makes of the same decimal text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::row {

// The most bytes either function writes: a header of four and six words, which hold a double's 17 digits however they
// fall on the words, and an int8's 19.
inline constexpr std::size_t built_numeric_size = 4 + 6 * 2;

// Both return how many bytes they wrote at `to`.
std::size_t build_numeric(std::int64_t value, char* to);

// From the shortest text of a finite double or float: [-]digits[.digits][e±digits], at most 17 digits without leading
// and trailing zeros.
std::size_t build_numeric(std::string_view number, char* to);

} // namespace lifecycle::row
