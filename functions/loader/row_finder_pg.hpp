// Finds rows of a table on this node by a text that one of its indexes begins with, past the executor: for functions
// that are called with many keys in one statement, best in the order of the index. Server code, plain data only.
#pragma once

#include "functions/loader/leaf_search_pg.hpp"

namespace lifecycle::loader {

// Kept for a query, in fn_extra.
struct RowFinder {
  Oid table;
  Oid index;
  LeafSearch search;
  MemoryContext context;
  Datum* values; // of the row that is looked at
  bool* nulls;
};

// False where only SQL can tell: what is found here is neither recorded for serializable transactions nor filtered by
// row-level security, and must lie in a heap on this node that the caller may read whole, itself or its partitioned
// table. The table and the index stay locked.
bool can_find_rows(RowFinder* finder, Oid relation, const char* key_column, bool unique);

// Raises 55000 where can_find_rows() is false.
void require_rows(RowFinder* finder, Oid table, const char* key_column, bool unique, MemoryContext context);

// Looks at the row whose values the finder has; whether it is the one.
using IsIt = bool (*)(const RowFinder* finder, void* argument);

// The first row of this key that the active snapshot sees and that is the one; false where there is none.
bool find_row(RowFinder* finder, const text* key, IsIt is_it, void* argument, ItemPointerData* place);

bool same_text(Datum left, Datum right);

} // namespace lifecycle::loader
