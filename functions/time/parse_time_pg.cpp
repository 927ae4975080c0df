// parse_time(value text, time_zone text) -> timestamptz. The core allocates nothing and cannot throw, so no guard is
// needed.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/time/parse_time.hpp"
#include "functions/time/zone_pg.hpp"

namespace lifecycle::pg {

LIFECYCLE_FUNCTION(lifecycle_parse_time) {
  pg_tz* const zone = argument_zone(fcinfo, 1); // a wrong zone is an error even where the value brings its own offset
  const std::optional<ParsedTime> parsed = parse_time(view(PG_GETARG_TEXT_PP(0)));
  if (!parsed) {
    PG_RETURN_NULL();
  }
  const std::optional<std::int64_t> utc =
      instant(*parsed, parsed->has_offset ? parsed->offset : offset_at(parsed->local, zone));
  if (!utc) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TIMESTAMPTZ(*utc);
}

} // namespace lifecycle::pg
