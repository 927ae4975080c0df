// Scalar values as text, in one form everywhere and whatever the session's settings (DateStyle, IntervalStyle,
// extra_float_digits, bytea_output) say.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lifecycle::row {

// The most bytes that any of these writes, write_hex aside.
inline constexpr std::size_t scalar_text_size = 64;

inline char* write_integer(std::int64_t value, char* to) { return std::to_chars(to, to + scalar_text_size, value).ptr; }

inline char* write_boolean(bool value, char* to) {
  const std::string_view text = value ? "true" : "false";
  return to + text.copy(to, text.size());
}

// Lower-case hex digits, two a byte.
char* write_hex(std::string_view bytes, char* to);

// 16 bytes as 8-4-4-4-12 lower-case hex digits.
char* write_uuid(const char* bytes, char* to);

// ISO 8601 as IntervalStyle iso_8601 writes it: P1Y2M3DT4H5M6.7S, each field with its own sign; PT0S for none.
// The three fields at their maxima (minima) mean infinity (-infinity), from PostgreSQL 17 on.
struct Interval {
  std::int64_t microseconds;
  std::int32_t days;
  std::int32_t months;
};
char* write_interval(const Interval& interval, char* to);

} // namespace lifecycle::row
