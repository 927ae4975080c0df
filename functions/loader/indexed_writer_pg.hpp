// Writes rows into a table that has indexes: the rows by table_multi_insert, then each index's entries in the index's
// own order. That is how few caches are missed: an INSERT visits all indexes for each row, and each visit goes
// elsewhere. Server code, plain data only: everything here may ereport, and an error leaves all clean-up to the
// transaction's abort.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "executor/tuptable.h"
#include "utils/rel.h"
}

namespace lifecycle::loader {

// Says of a trigger function whether its trigger may be passed over.
using TriggerIsOurs = bool (*)(Oid function);

// Whether rows written this way are as an INSERT would write them: an ordinary table, no row-level security for the
// user, no generated column, no trigger on INSERT but such as may be passed over, no constraint that is checked later.
bool can_write_indexed(Relation table, TriggerIsOurs is_ours);

// The rows as values of the table's columns, in order; they are checked against NOT NULL and CHECK constraints, not
// against the bounds of a partition. Memory is taken from the current context; the rows, each of its own palloc(), are
// freed.
void write_indexed(Relation table, HeapTuple* rows, int count);

} // namespace lifecycle::loader
