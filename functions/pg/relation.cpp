#include "functions/pg/relation.hpp"

extern "C" {
#include "access/genam.h"
#include "access/relation.h"
#include "access/table.h"
#include "utils/rel.h"
}

namespace lifecycle::pg {
namespace {

// Takes the lock, or says that there is nothing to lock.
void lock_present(Oid relation, LOCKMODE mode) {
  Relation const found = try_relation_open(relation, mode);
  if (found == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relation)));
  }
  relation_close(found, NoLock);
}

} // namespace

Relation open_table(Oid relation, LOCKMODE mode) {
  lock_present(relation, mode);
  return table_open(relation, NoLock);
}

Relation open_index(Oid relation, LOCKMODE mode) {
  lock_present(relation, mode);
  return index_open(relation, NoLock);
}

} // namespace lifecycle::pg
