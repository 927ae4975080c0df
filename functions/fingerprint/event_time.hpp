// A point in time as fingerprints have it: YYYY-MM-DDTHH:MM:SS.ffffffZ.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lifecycle {

inline constexpr std::size_t event_time_size = 27;

// Of a PostgreSQL timestamptz, microseconds since 2000-01-01 UTC. Writes event_time_size bytes and returns their end.
// Raises datetime_field_overflow for an infinite time and for one outside the years 0001 to 9999, which RFC 3339 cannot
// write.
char* write_event_time(char* to, std::int64_t time);

} // namespace lifecycle
