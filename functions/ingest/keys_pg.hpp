// The keys of a batch's events: which are free, and taking those. Server code within an SPI connection.
#pragma once

#include "functions/ingest/batch.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/rel.h"
#include "utils/uuid.h"
}

namespace lifecycle::ingest {

struct StoredKey {
  pg_uuid_t id;
  Uuid content;
};

// Sorted by id.
struct StoredKeys {
  StoredKey* keys;
  int count;
};

// Of each group of rows that share an id (batch.by_id() is in order): enters the first one's key into event_keys where
// the id is free. Returns the others' keys, as they are stored. Waits for transactions that are just inserting an id.
StoredKeys take_keys(Batch& batch);

// Where in by_id() the group ends that begins at `first`.
std::size_t group_end(Batch& batch, std::size_t first);

// lifecycle.NAME; raises undefined_table before install().
Oid installed_table(const char* name);

// Whether a relation has exactly these columns, in order.
struct ColumnShape {
  const char* name;
  Oid type;
};
bool has_shape(Relation relation, const ColumnShape* columns, int count);

// Whether a trigger on INSERT is one of those that have nothing to do while placing.
bool is_placing_trigger(Oid function);

} // namespace lifecycle::ingest
