// A relation's columns as a mapping sees them, read from the catalog. All of it is server code: outside guard.
#pragma once

#include "functions/mapping/mapping.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/attnum.h"
}

namespace lifecycle::pg {

struct CatalogColumn {
  const char* name;
  const char* type; // as SQL writes it
  AttrNumber number;
  mapping::SourceKind kind;
  bool holds_json;
};

// Plain data in the memory context of the call.
struct CatalogRelation {
  Oid oid;
  const char* name; // schema-qualified and quoted
  CatalogColumn* columns;
  int column_count;
  bool is_temporary;
  bool rows_are_hidden; // row-level security holds for the caller
};

// Locks the relation against change until the end of the transaction. Raises 42P01 where it is gone, 42809 where it has
// no rows of its own to read.
CatalogRelation read_relation(Oid oid);

// Raises 42501 unless the caller may read every column that is marked as used.
void check_may_read(const CatalogRelation& relation, const bool* used);

} // namespace lifecycle::pg
