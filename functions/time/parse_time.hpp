// Reads a date-time as people and programs write it: RFC 3339, and the neighbouring ISO 8601 forms that files hold.
//   YYYY-MM-DD [ (T|space) HH:MM [ :SS [ .fraction ] ] [ [space] zone ] ]     zone = Z | UTC | GMT | ±HH[[:]MM[[:]SS]]
// Letters in either case, years 0001 to 9999, blanks around it ignored. A fraction may have any number of digits (","
// or
// "." before it) and is rounded to the nearest microsecond, an exact half to the even one, as the server's own cast
// does. Nothing is guessed: other orders of day and month, names of months, 24:00 and words such as "now" are no times.
//
// Pure and without allocation: it runs once a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lifecycle {

// The text's own reading, before any zone rule is applied.
struct ParsedTime {
  std::int64_t local;  // microseconds since 2000-01-01 00:00:00 on the clock the text was written by
  std::int32_t offset; // seconds that clock is ahead of UTC; 0 where has_offset is false
  bool has_offset;
  bool leap_second; // second 60: local then counts as the first second of the next minute
};

std::optional<ParsedTime> parse_time(std::string_view text) noexcept;

// The instant that a parsed text stands for, `offset` being its own or the one its zone gives it. None outside the
// usable years, and none for a second 60 that is not the last one of a UTC day: leap seconds are inserted nowhere else.
std::optional<std::int64_t> instant(const ParsedTime& parsed, std::int32_t offset) noexcept;

} // namespace lifecycle
