// Settings (GUCs) of the extension, all named lifecycle_ledger.*.
#pragma once

namespace lifecycle {

// Milliseconds subtracted from stable_horizon(): covers the gap between a transaction's now() being fixed and its being
// published to other backends.
extern int horizon_margin;

void define_settings();

} // namespace lifecycle
