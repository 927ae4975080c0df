// Relations that a caller names by their OIDs, as regclass arguments do. What was dropped, or never was, is told as a
// user's mistake (42P01), where table_open() and index_open() take it for damage. Server code, outside guard.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/lockdefs.h"
#include "utils/relcache.h"
}

namespace lifecycle::pg {

Relation open_table(Oid relation, LOCKMODE mode);
Relation open_index(Oid relation, LOCKMODE mode);

} // namespace lifecycle::pg
