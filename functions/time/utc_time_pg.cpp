// _utc_time(timestamp, zone) and _utc_time(date, zone) -> timestamptz: AT TIME ZONE, but null where the time is
// infinite or outside the years 0001 to 9999. AT TIME ZONE raises near the ends of its range; one such row must not
// stop the others. Nothing here can throw, so no guard is needed.
#include "functions/core/utc_time.hpp"
#include "functions/pg/function.hpp"
#include "functions/time/zone_pg.hpp"

extern "C" {
#include "utils/date.h"
}

namespace lifecycle::pg {
namespace {

Datum utc_or_null(FunctionCallInfo fcinfo, Timestamp local, pg_tz* zone) {
  // No zone is a whole day away from UTC, so a day's margin keeps every usable time.
  if (!has_four_digit_year(local - USECS_PER_DAY) && !has_four_digit_year(local + USECS_PER_DAY)) {
    PG_RETURN_NULL();
  }
  const TimestampTz utc = local - offset_at(local, zone) * USECS_PER_SEC;
  if (!has_four_digit_year(utc)) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TIMESTAMPTZ(utc);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_utc_time_of_timestamp) {
  const Timestamp local = PG_GETARG_TIMESTAMP(0);
  pg_tz* const zone = argument_zone(fcinfo, 1);
  if (TIMESTAMP_NOT_FINITE(local)) {
    PG_RETURN_NULL();
  }
  return utc_or_null(fcinfo, local, zone);
}

LIFECYCLE_FUNCTION(lifecycle_utc_time_of_date) {
  constexpr DateADT far_beyond_usable = 4'000'000; // days; dates reach further than 64 bits of microseconds
  const DateADT date = PG_GETARG_DATEADT(0);
  pg_tz* const zone = argument_zone(fcinfo, 1);
  if (date < -far_beyond_usable || date > far_beyond_usable) {
    PG_RETURN_NULL();
  }
  return utc_or_null(fcinfo, static_cast<Timestamp>(date) * USECS_PER_DAY, zone);
}

} // namespace lifecycle::pg
