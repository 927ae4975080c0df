// Looks texts up in a B-tree whose first column they are, reading its pages. A search remembers the leaf it ended on:
// keys that come in the order of the index, or nearly so, cost one descent a leaf instead of one each.
//
// Only for a search that may miss something: what is found is found right, and the snapshot under which the heap is
// read afterwards sees to the rest. While that snapshot is held no page is made another one, so that a link to a page,
// and the leaf remembered, lead where they led or to the left of it; entries that come later belong to rows it does not
// see. Server code, plain data only.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
}

namespace lifecycle::loader {

struct LeafSearch {
  BlockNumber leaf;      // InvalidBlockNumber: none is remembered
  Buffer buffer;         // where it was seen
  ItemPointerData* rows; // what the last search found
  int count;
  int room;
};

// Whether an index can be searched so: a valid B-tree of all rows, its first column this one, ordered byte by byte.
bool can_search_leaves(Relation index, AttrNumber column);

// `context`: where the list of rows is kept.
void search_leaves(LeafSearch* search, Relation index, const char* data, Size size, MemoryContext context);

} // namespace lifecycle::loader
