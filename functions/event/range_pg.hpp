// The range that event times have to be in, from the settings.
#pragma once

#include "extension/settings.hpp"
#include "functions/core/utc_time.hpp"
#include "functions/event/fields.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/xact.h"
}

namespace lifecycle::pg {

inline event::TimeRange event_time_range() {
  return {earliest_event_time, GetCurrentStatementStartTimestamp() + max_event_lead * microseconds_per_second};
}

} // namespace lifecycle::pg
