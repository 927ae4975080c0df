// Writes a B-tree whose entries are all at hand, in its order: pages are filled one after another, level by level,
// and logged many at a time. Sorting them once more, entry by entry, is what takes longest in the server's own build.
#pragma once

#include "functions/loader/index_entry_pg.hpp"

namespace lifecycle::loader {

// Whether the index is of a kind that is written here: no entry is for several rows, and the order is the server's own.
bool can_write_pages(Relation index);

// Whether these entries are: none as long as to be compressed, and in a unique index no two alike, which the server's
// own build complains of.
bool fit_pages(Relation index, const PlacedEntry* entries, Size count);

// Into the empty storage of a new index; on disk when this returns.
void write_pages(Relation index, const PlacedEntry* entries, Size count);

} // namespace lifecycle::loader
