// The rows of a batch, read straight from the table that holds them. Server code: outside guard.
#pragma once

#include "functions/versioned/batch.hpp"
#include "functions/versioned/key_columns_pg.hpp"

extern "C" {
#include "utils/snapshot.h"
#include "utils/tuplestore.h"
}

namespace lifecycle::versioned {

// Plain data.
struct Source {
  Relation table;
  AttrNumber version; // InvalidAttrNumber: all rows are of version 0
  Oid version_type;
  Snapshot snapshot;
  TupleTableSlot* rows[2];   // of the table
  MemoryContext row_context; // emptied now and then
};

// Puts key, version and place of every row into the batch; returns how many there are. Raises 23502 where key or
// version is null.
std::int64_t read_source(const Source& source, const KeyColumns& key, KeyBytes* key_bytes, Batch* batch);

// Leaves one row a key in the batch. Of two with one version the one with the larger image: a choice that does not
// depend on their order.
void settle(const Source& source, Batch* batch);

// The rows of the batch that are not stale, in the order of their keys.
Tuplestorestate* store_survivors(const Source& source, const Batch* batch);

} // namespace lifecycle::versioned
