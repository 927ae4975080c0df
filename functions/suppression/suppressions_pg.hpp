// The suppression list as the active snapshot shows it. Server code: called outside guard or inside pg::call.
#pragma once

#include "functions/pg/boundary.hpp"
#include "functions/suppression/suppression_list.hpp"

namespace lifecycle::suppression {

// Read with the caller's privileges, once a snapshot. Valid until the next call. Raises undefined_table before
// install().
SuppressionList* suppressions();

// The same with the privileges of the table's owner, for what anyone may set off: a trigger, an ingestion.
SuppressionList* suppressions_for_anyone();

} // namespace lifecycle::suppression
