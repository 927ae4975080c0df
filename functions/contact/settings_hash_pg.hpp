// All settings of the session in one number: what a view or a policy of row-level security returns may hang on any of
// them (a tenant's name in a custom setting, the time zone).
#pragma once

#include <cstdint>

namespace lifecycle::pg {

// Equal as long as no setting has changed.
std::uint64_t settings_hash();

} // namespace lifecycle::pg
