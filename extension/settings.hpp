// Settings (GUCs) of the extension, all named lifecycle_ledger.*.
#pragma once

#include <cstdint>

namespace lifecycle {

// Milliseconds subtracted from stable_horizon(): covers the gap between a transaction's now() being fixed and its being
// published to other backends.
extern int horizon_margin;

// The times that an event may have: microseconds since 2000-01-01 UTC, and seconds ahead of the clock.
extern std::int64_t earliest_event_time;
extern int max_event_lead;

// The source that directly inserted events count as.
extern char* event_source;

// Milliseconds another server is given to answer one statement; 0: any time.
extern int remote_timeout;

// Background workers that write files beside the session that exports.
extern int export_workers;

void define_settings();

} // namespace lifecycle
