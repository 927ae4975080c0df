// Builds the indexes of a table that is being loaded from the rows as they pass by. CREATE INDEX reads the whole table
// once for each index; what it would find there is at hand while the rows are written, and is kept until all are.
//
// The indexes exist already, made while the table was empty. Each gets new storage, and is built by its own access
// method, as REINDEX would, but for the scan of the table; only B-trees, as others need not keep what they index. What
// is kept is bounded by maintenance_work_mem: above that nothing is, and all are built from the table. Server code,
// plain data only, as all of the bulk writer.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "nodes/execnodes.h"
#include "utils/rel.h"
}

namespace lifecycle::loader {

struct IndexFeed;

// The table's indexes, locked until the transaction ends. `most` rows come between two calls of place_rows().
IndexFeed* open_feed(Relation table, int most);

// The row that will be written next, before it is; `executor` evaluates, and is cleared by the caller.
void feed_row(IndexFeed* feed, TupleTableSlot* row, EState* executor);

// Where the rows fed since the last call are by now.
void place_rows(IndexFeed* feed, TupleTableSlot** rows, int count);

// Fills the indexes. Unique ones refuse what repeats, as ever. Ends the feed.
void build_indexes(IndexFeed* feed);

} // namespace lifecycle::loader
