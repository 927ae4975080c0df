#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/rel.h"
#include "utils/sortsupport.h"
}

namespace lifecycle::loader {

// How a B-tree orders its entries, column by column: palloc'd, as many as it has key columns. `abbreviated` asks for a
// converter of the first column's values, which not every type has.
SortSupport sort_keys_of(Relation index, bool abbreviated);

} // namespace lifecycle::loader
