#include "functions/loader/row_finder_pg.hpp"

#include "functions/pg/elsewhere.hpp"
#include "functions/pg/relation.hpp"

#include <cstring>

extern "C" {
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

namespace lifecycle::loader {
namespace {

bool may_read_all(Oid table) {
  return pg_class_aclcheck(table, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
         check_enable_rls(table, InvalidOid, true) != RLS_ENABLED;
}

// Who may read a partitioned table may read its partitions through it.
bool may_read(Relation table) {
  const Oid relation = RelationGetRelid(table);
  return may_read_all(table->rd_rel->relispartition ? get_partition_parent(relation, true) : relation) &&
         check_enable_rls(relation, InvalidOid, true) != RLS_ENABLED;
}

Oid find_index(Relation table, AttrNumber column, bool unique) {
  Oid found = InvalidOid;
  List* const indexes = RelationGetIndexList(table);
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    Relation const index = index_open(lfirst_oid(cell), AccessShareLock);
    if (!OidIsValid(found) && (index->rd_index->indisunique || !unique) && can_search_leaves(index, column)) {
      found = RelationGetRelid(index);
    }
    index_close(index, NoLock);
  }
  list_free(indexes);
  return found;
}

// As an index scan reads a row. The place becomes that of the version that is seen.
bool look_at(RowFinder* finder, Relation table, ItemPointerData* place, IsIt is_it, void* argument) {
  Buffer const buffer = ReadBuffer(table, ItemPointerGetBlockNumber(place));
  heap_page_prune_opt(table, buffer); // a later UPDATE finds room on the page
  LockBuffer(buffer, BUFFER_LOCK_SHARE);
  HeapTupleData row;
  bool found = heap_hot_search_buffer(place, table, buffer, GetActiveSnapshot(), &row, nullptr, true);
  LockBuffer(buffer, BUFFER_LOCK_UNLOCK); // what is pinned may be read
  if (found) {
    heap_deform_tuple(&row, RelationGetDescr(table), finder->values, finder->nulls);
    found = is_it(finder, argument);
  }
  ReleaseBuffer(buffer);
  return found;
}

} // namespace

bool can_find_rows(RowFinder* finder, Oid relation, const char* key_column, bool unique) {
  Relation const table = pg::open_table(relation, AccessShareLock);
  const AttrNumber column = get_attnum(relation, key_column);
  finder->table = relation;
  finder->index = InvalidOid;
  finder->search.leaf = InvalidBlockNumber;
  if (!IsolationIsSerializable() && table->rd_rel->relkind == RELKIND_RELATION &&
      table->rd_rel->relam == HEAP_TABLE_AM_OID && column > 0 && may_read(table) && !pg::lies_elsewhere(relation)) {
    finder->index = find_index(table, column, unique);
  }
  table_close(table, NoLock);
  return OidIsValid(finder->index);
}

void require_rows(RowFinder* finder, Oid table, const char* key_column, bool unique, MemoryContext context) {
  if (!can_find_rows(finder, table, key_column, unique)) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("rows of \"%s\" are found by queries alone", get_rel_name(table)), errhint("SELECT them.")));
  }
  finder->context = context;
  finder->values = static_cast<Datum*>(MemoryContextAlloc(context, sizeof(Datum) * MaxHeapAttributeNumber));
  finder->nulls = static_cast<bool*>(MemoryContextAlloc(context, sizeof(bool) * MaxHeapAttributeNumber));
}

bool find_row(RowFinder* finder, const text* key, IsIt is_it, void* argument, ItemPointerData* place) {
  // Both are locked for the transaction.
  Relation const table = table_open(finder->table, NoLock);
  Relation const index = index_open(finder->index, NoLock);
  search_leaves(&finder->search, index, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key), finder->context);
  bool found = false;
  for (int i = 0; i < finder->search.count && !found; ++i) {
    *place = finder->search.rows[i];
    found = look_at(finder, table, place, is_it, argument);
  }
  index_close(index, NoLock);
  table_close(table, NoLock);
  return found;
}

bool same_text(Datum left, Datum right) {
  auto* const a = pg_detoast_datum_packed(reinterpret_cast<varlena*>(DatumGetPointer(left)));
  auto* const b = pg_detoast_datum_packed(reinterpret_cast<varlena*>(DatumGetPointer(right)));
  const Size size = VARSIZE_ANY_EXHDR(a);
  return size == VARSIZE_ANY_EXHDR(b) && std::memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;
}

} // namespace lifecycle::loader
