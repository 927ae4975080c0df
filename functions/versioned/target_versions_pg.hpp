// Which versions a table holds for the keys of a batch, read straight from its primary key's index and its heap. Server
// code: outside guard.
#pragma once

#include "functions/versioned/batch.hpp"
#include "functions/versioned/key_columns_pg.hpp"

extern "C" {
#include "access/relscan.h"
#include "utils/snapshot.h"
}

namespace lifecycle::versioned {

// Plain data.
struct Target {
  Relation table;
  Relation index;
  AttrNumber version; // InvalidAttrNumber: all rows are of version 0
  Oid version_type;
  Snapshot snapshot;
  KeyColumns* key;
  KeyBytes* key_bytes;
  MemoryContext row_context; // emptied now and then
};

std::int64_t version_value(Oid type, Datum value);

// Marks the stale entries of a batch. Not always all of them: where a sample shows that few are, looking further would
// cost more than it saves, and the rest is left to the INSERT, which looks at each row anyway.
void mark_stale(const Target& target, Batch* batch);

} // namespace lifecycle::versioned
