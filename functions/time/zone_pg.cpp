#include "functions/time/zone_pg.hpp"

#include <cstring>
#include <string_view>

#include "functions/pg/text.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/datetime.h"
}

namespace lifecycle::pg {
namespace {

struct KnownZone {
  char name[TZ_STRLEN_MAX + 1];
  pg_tz* zone;
};

// POSIX rules and abbreviations come back in capitals, area/location names as the zone database spells them.
bool means_one_thing(const char* canonical) {
  return std::strcmp(canonical, "UTC") == 0 || std::strcmp(canonical, "GMT") == 0 ||
         std::strpbrk(canonical, "abcdefghijklmnopqrstuvwxyz") != nullptr;
}

} // namespace

pg_tz* find_zone(const char* name) {
  pg_tz* const zone = pg_tzset(name);
  if (zone == nullptr || !pg_tz_acceptable(zone) || !means_one_thing(pg_get_timezone_name(zone))) {
    return nullptr;
  }
  return zone;
}

pg_tz* require_zone(const char* name) {
  pg_tz* const zone = find_zone(name);
  if (zone == nullptr) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%.255s\" is not known", name),
             errdetail("Abbreviations (CET) and fixed offsets (UTC+3) are not taken: they mean different things in"
                       " different places."),
             errhint("Use UTC or an area/location name such as Europe/London;"
                     " SELECT name FROM pg_timezone_names lists them.")));
  }
  return zone;
}

pg_tz* argument_zone(FunctionCallInfo fcinfo, int argument) {
  text* const value = PG_GETARG_TEXT_PP(argument);
  const std::string_view name = view(value);
  auto* known = static_cast<KnownZone*>(fcinfo->flinfo->fn_extra);
  if (known != nullptr && name == known->name) {
    return known->zone;
  }
  pg_tz* const zone = require_zone(text_to_cstring(value));
  if (known == nullptr) {
    known = static_cast<KnownZone*>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(KnownZone)));
    fcinfo->flinfo->fn_extra = known;
  }
  std::memcpy(known->name, name.data(), name.size());
  known->name[name.size()] = '\0';
  known->zone = zone;
  return zone;
}

int32 offset_at(Timestamp local, pg_tz* zone) {
  struct pg_tm fields;
  fsec_t fraction;
  if (timestamp2tm(local, nullptr, &fields, &fraction, nullptr, nullptr) != 0) {
    ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
  }
  return -DetermineTimeZoneOffset(&fields, zone);
}

} // namespace lifecycle::pg
