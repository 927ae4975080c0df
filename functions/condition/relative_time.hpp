// Times in rules are milliseconds since 1970-01-01 UTC, as JavaScript's are.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lifecycle::condition {

// A distance such as -7d or +12h in milliseconds: a sign, a number, and s, m (minutes), h, d or w.
std::optional<double> parse_time_offset(std::string_view text);

// A date or date-time as lifecycle::parse_time reads it, in UTC where it names no zone; NaN where it is none.
double text_to_milliseconds(std::string_view text);

// From microseconds since 2000-01-01 UTC.
double to_milliseconds(std::int64_t microseconds);

} // namespace lifecycle::condition
