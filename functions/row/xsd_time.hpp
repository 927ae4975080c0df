// Times as the server writes them into JSON (to_jsonb): as functions/core/utc_time.hpp does, but with only as many
// decimals as the time has, none for a whole second.
#pragma once

#include "functions/core/utc_time.hpp"

namespace lifecycle::row {

// What is left of .ffffff without zeros at its end.
inline char* trim_fraction(char* end) {
  while (end[-1] == '0') {
    --end;
  }
  return end[-1] == '.' ? end - 1 : end;
}

inline char* write_xsd_time_of_day(std::int64_t microseconds, char* out) {
  return trim_fraction(write_time_of_day(microseconds, out));
}

// YYYY-MM-DDTHH:MM:SS[.ffffff], the zone (as "+00:00", or nothing), the suffix of a BC year.
inline char* write_xsd_timestamp(std::int64_t microseconds, std::string_view zone, char* out) {
  const std::int64_t day = day_of(microseconds);
  const CivilDate date = civil_date(day);
  out = write_civil_date(date, out);
  *out++ = 'T';
  out = write_xsd_time_of_day(microseconds - day * microseconds_per_day, out);
  out += zone.copy(out, zone.size());
  return write_era(date, out);
}

} // namespace lifecycle::row
