// The event's own fields as texts: an id, a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lifecycle::event {

// RFC 9562's text form, in either case: 8-4-4-4-12 hexadecimal digits.
bool is_uuid_text(std::string_view text) noexcept;

// All zeros or all ones: a UUID that identifies nothing.
bool is_reserved_uuid(std::string_view uuid_text) noexcept;

// The RFC's form of a UUID written with braces, without dashes or as urn:uuid:; empty for anything else.
std::string mended_uuid(std::string_view text);

// RFC 3339 with seconds and zone: YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM), T and Z in either case or a space for T.
// Microseconds since 2000-01-01 UTC; none for anything else, times that do not exist included.
std::optional<std::int64_t> rfc3339_time(std::string_view text) noexcept;

// A time with a zone in another form that parse_time reads, as RFC 3339; empty for anything else.
std::string mended_time(std::string_view text);

// Whether a text is a time but for its zone.
bool lacks_zone(std::string_view text) noexcept;

// The times an event may have; both ends included.
struct TimeRange {
  std::int64_t earliest;
  std::int64_t latest;

  [[nodiscard]] bool contains(std::int64_t time) const { return time >= earliest && time <= latest; }
};

} // namespace lifecycle::event
