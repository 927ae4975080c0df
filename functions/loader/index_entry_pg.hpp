// An index entry to be, as it is kept while a table is loaded (index_feed_pg.hpp), and the order that a B-tree wants.
#pragma once

#include <cstring>

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/itemptr.h"
#include "utils/datum.h"
#include "utils/rel.h"
}

namespace lifecycle::loader {

// Behind it come its values, eight bytes each that is passed by value, the others as they are.
struct IndexEntry {
  ItemPointerData row;
  uint32 nulls; // a bit for each column
  uint32 size;  // of all of it
};
static_assert(sizeof(IndexEntry) == 16 && INDEX_MAX_KEYS <= 32);

// The values stay where they are.
inline void read_entry(const IndexEntry* entry, TupleDesc descriptor, Datum* values, bool* nulls) {
  const char* at = reinterpret_cast<const char*>(entry + 1);
  for (int i = 0; i < descriptor->natts; ++i) {
    const FormData_pg_attribute* const column = TupleDescAttr(descriptor, i);
    nulls[i] = (entry->nulls >> static_cast<unsigned>(i) & 1U) != 0;
    if (nulls[i]) {
      values[i] = static_cast<Datum>(0);
    } else if (column->attbyval) {
      std::memcpy(&values[i], at, sizeof(Datum));
      at += MAXALIGN(sizeof(Datum));
    } else {
      values[i] = PointerGetDatum(at);
      at += MAXALIGN(datumGetSize(values[i], false, column->attlen));
    }
  }
}

struct PlacedEntry {
  uint64 lead; // of the first value, as a number of the same order: what decides most comparisons
  const IndexEntry* entry;
};

// Whether sort_entries() knows the order of this index.
bool can_sort_entries(Relation index);

// Sorts as the index will, so that it finds its entries in order, one after another in memory. `spare` has the same
// room; the result is in one of the two.
PlacedEntry* sort_entries(Relation index, PlacedEntry* entries, PlacedEntry* spare, Size count);

// Whether two of the sorted entries have the same key. Nulls count as alike here.
bool has_equal_keys(Relation index, const PlacedEntry* entries, Size count);

} // namespace lifecycle::loader
