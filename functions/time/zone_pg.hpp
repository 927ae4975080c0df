// Time zones by name. All of it is server code: outside guard, or inside pg::call.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "pgtime.h"
#include "utils/timestamp.h"
}

namespace lifecycle::pg {

// The zone of that name, or null. Only names that mean the same wherever PostgreSQL reads a zone are taken: an IANA
// area/location name (any case), UTC or GMT. Abbreviations such as CET are not: AT TIME ZONE takes them for a fixed
// offset, the zone database for one with daylight saving. Nor are POSIX rules such as UTC+3: their sign runs the other
// way.
pg_tz* find_zone(const char* name);

// As find_zone, but raises 22023 with the mend where there is none.
pg_tz* require_zone(const char* name);

// The zone a text argument names, looked up again only when it differs from the call before (kept in fn_extra).
pg_tz* argument_zone(FunctionCallInfo fcinfo, int argument);

// Seconds that `zone` is ahead of UTC when its clocks show `local`, by the rules of AT TIME ZONE: an hour that daylight
// saving repeats is read as standard time, one that it skips by the offset before the change.
int32 offset_at(Timestamp local, pg_tz* zone);

} // namespace lifecycle::pg
