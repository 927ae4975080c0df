// Finds the keys of a batch in a B-tree by going through its leaves from left to right, reading the pages themselves: a
// scan through the access method costs several times as much per entry. Leaves between two keys of the batch are
// stepped over by a new descent, so that few keys cost a descent each and many a single pass.
//
// Only for a search that may miss something: what is found is found right, and the snapshot under which the heap is
// read afterwards sees to the rest. A page split meanwhile loses nothing (what moves, moves to the right); entries that
// come later belong to rows that the snapshot does not see.
#pragma once

#include "functions/versioned/batch.hpp"
#include "functions/versioned/target_versions_pg.hpp"

namespace lifecycle::versioned {

// Notes in the batch where the rows of every `every`th entry lie. Key bytes must be in the order of the index.
void march(const Target& target, Batch* batch, std::size_t every);

} // namespace lifecycle::versioned
