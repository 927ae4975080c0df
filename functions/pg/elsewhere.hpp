// Whether what the catalogs call an ordinary table has its rows in other places, on other nodes or in other tables, as
// Citus does with tables that are distributed, are copied to every node, or are in its metadata for a foreign key's
// sake. Such a table's own heap is empty, or soon will be: only SQL, which the planner's hook rewrites, reaches its
// rows. Whoever reads or writes heaps asks here first.
//
// Nothing of Citus is needed for the question: where its catalog is not, which one look into a cache says, no table is
// one of those. Server code, outside guard.
#pragma once

#include "functions/pg/boundary.hpp"

namespace lifecycle::pg {

bool lies_elsewhere(Oid relation);

// Raises 0A000 where it does: for tables of our own whose rows decide what is let through, and that, read here, would
// seem empty.
void require_here(Oid relation);

} // namespace lifecycle::pg
