#include "functions/loader/bulk_writer_pg.hpp"

#include "functions/loader/start_flush_pg.hpp"
#include "functions/pg/elsewhere.hpp"
#include "functions/pg/relation.hpp"

extern "C" {
#include "access/hio.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "executor/executor.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

#include <algorithm>

namespace lifecycle::loader {
namespace {

// The subtransaction that gave the table its present storage, where that is the current transaction.
SubTransactionId storage_subtransaction(Relation relation) {
#if PG_VERSION_NUM >= 160000
  return relation->rd_newRelfilelocatorSubid;
#else
  return relation->rd_newRelfilenodeSubid;
#endif
}

bool has_generated_column(TupleDesc descriptor) {
  for (int i = 0; i < descriptor->natts; ++i) {
    if (TupleDescAttr(descriptor, i)->attgenerated != '\0') {
      return true;
    }
  }
  return false;
}

bool fires_on_insert(const TriggerDesc* triggers) {
  return triggers != nullptr &&
         (triggers->trig_insert_before_row || triggers->trig_insert_after_row || triggers->trig_insert_instead_row ||
          triggers->trig_insert_before_statement || triggers->trig_insert_after_statement);
}

void require_privilege(Relation relation) {
  const Oid table = RelationGetRelid(relation);
  if (const AclResult result = pg_class_aclcheck(table, GetUserId(), ACL_INSERT); result != ACLCHECK_OK) {
    aclcheck_error(result, get_relkind_objtype(relation->rd_rel->relkind), RelationGetRelationName(relation));
  }
  if (check_enable_rls(table, InvalidOid, false) == RLS_ENABLED) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot bulk-load table \"%s\" with row-level security", RelationGetRelationName(relation)),
                    errdetail("Its policies apply to role \"%s\" and would not be checked.",
                              GetUserNameFromId(GetUserId(), false)),
                    errhint("Load as the table's owner or as a role with BYPASSRLS.")));
  }
  if (!relation->rd_islocaltemp) {
    PreventCommandIfReadOnly("lifecycle._load()");
  }
}

// Nobody else sees the table, nor has it rows that are in its indexes already.
bool can_fill_indexes(Relation relation) {
  return relation->rd_createSubid != InvalidSubTransactionId && RelationGetNumberOfBlocks(relation) == 0;
}

void require_plain_table(Relation relation) {
  const char* const name = RelationGetRelationName(relation);
  if (relation->rd_rel->relkind != RELKIND_RELATION || RELATION_IS_OTHER_TEMP(relation) || IsSystemRelation(relation)) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("cannot bulk-load \"%s\"", name),
                    errdetail("It is not an ordinary table of this session.")));
  }
  pg::require_here(RelationGetRelid(relation));
  if (fires_on_insert(relation->trigdesc)) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot bulk-load table \"%s\": it has triggers on INSERT", name),
                    errdetail("A bulk load fires no trigger; foreign keys are triggers too."),
                    errhint("Load first, then create the triggers and foreign keys.")));
  }
  if (has_generated_column(RelationGetDescr(relation))) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot bulk-load table \"%s\": it has generated columns", name),
                    errdetail("A bulk load computes no column.")));
  }
  List* const indexes = RelationGetIndexList(relation);
  if (indexes != NIL && !can_fill_indexes(relation)) {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("cannot bulk-load table \"%s\": it has indexes", name),
             errdetail("A bulk load maintains no index, \"%s\" among them.", get_rel_name(linitial_oid(indexes))),
             errhint("Load first, then create the indexes and unique constraints: that is faster, too.")));
  }
  list_free(indexes);
}

// COPY FREEZE's conditions. Rows written frozen are visible to every snapshot at once, so no snapshot or cursor of this
// transaction may still look at the table, and nobody else may see it before commit.
void require_freezable(Relation relation) {
  const char* const name = RelationGetRelationName(relation);
  InvalidateCatalogSnapshot(); // it does not count: it reads no user table
  if (!ThereAreNoPriorRegisteredSnapshots() || !ThereAreNoReadyPortals()) {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("cannot load table \"%s\" frozen because of earlier activity in this transaction", name),
             errdetail("A cursor, an enclosing query or the snapshot of a REPEATABLE READ transaction is in use."),
             errhint("Call it straight from a procedure, in a READ COMMITTED transaction, with no cursor open.")));
  }
  const SubTransactionId current = GetCurrentSubTransactionId();
  if (relation->rd_createSubid != current && storage_subtransaction(relation) != current) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("cannot load table \"%s\" frozen", name),
                    errdetail("It was not created or truncated in the current transaction or subtransaction."),
                    errhint("Create the table in the transaction that loads it.")));
  }
}

void check_constraints(BulkWriter& writer) {
  if (writer.has_constraints) {
    ExecConstraints(writer.result_relation, writer.row, writer.executor);
  }
  if (writer.is_partition) {
    ExecPartitionCheck(writer.result_relation, writer.row, writer.executor, true);
  }
}

} // namespace

BulkWriter open_writer(Oid table, bool frozen) {
  Relation const relation = pg::open_table(table, RowExclusiveLock);
  require_plain_table(relation);
  require_privilege(relation);

  BulkWriter writer = {};
  writer.relation = relation;
  writer.context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle bulk load", ALLOCSET_DEFAULT_SIZES);
  writer.flush_context = AllocSetContextCreate(writer.context, "lifecycle bulk load flush", ALLOCSET_DEFAULT_SIZES);
  // New storage has no free space to look for. In older storage the map finds room, as for any INSERT.
  if (relation->rd_createSubid != InvalidSubTransactionId ||
      storage_subtransaction(relation) != InvalidSubTransactionId) {
    writer.options |= TABLE_INSERT_SKIP_FSM;
  }
  if (frozen) {
    require_freezable(relation);
    writer.options |= TABLE_INSERT_FROZEN;
  }
  writer.has_constraints = RelationGetDescr(relation)->constr != nullptr;
  writer.is_partition = relation->rd_rel->relispartition;

  MemoryContext const caller = MemoryContextSwitchTo(writer.context);
  writer.executor = CreateExecutorState();
  writer.result_relation = makeNode(ResultRelInfo);
  InitResultRelInfo(writer.result_relation, relation, 0, nullptr, 0);
  writer.row = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
  writer.row->tts_tableOid = table;
  writer.batch = static_cast<TupleTableSlot**>(palloc0(sizeof(TupleTableSlot*) * max_batch_rows));
  // No ring of buffers to begin with: it would write each page out, and wait for its WAL, while the index builds and
  // the readers to come want it in memory.
  writer.bulk_insert = GetBulkInsertState();
  FreeAccessStrategy(writer.bulk_insert->strategy);
  writer.bulk_insert->strategy = nullptr;
  if (relation->rd_rel->relhasindex) {
    writer.indexes = open_feed(relation, max_batch_rows);
  }
  writer.flushed = XactLastRecEnd;
  MemoryContextSwitchTo(caller);

  GetCurrentTransactionId(); // none can be assigned any more once a parallel query runs
  return writer;
}

void clear_row(BulkWriter& writer) {
  ExecClearTuple(writer.row);
  std::fill_n(writer.row->tts_isnull, RelationGetDescr(writer.relation)->natts, true);
}

void put_row(BulkWriter& writer) {
  ExecStoreVirtualTuple(writer.row);
  check_constraints(writer);
  if (writer.indexes != nullptr) {
    MemoryContext const caller = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer.executor));
    feed_row(writer.indexes, writer.row, writer.executor);
    MemoryContextSwitchTo(caller);
  }
  ResetPerTupleExprContext(writer.executor);

  TupleTableSlot*& slot = writer.batch[writer.batch_rows];
  MemoryContext const caller = MemoryContextSwitchTo(writer.context);
  if (slot == nullptr) {
    slot = MakeSingleTupleTableSlot(RelationGetDescr(writer.relation), &TTSOpsHeapTuple);
  }
  HeapTuple const tuple = ExecCopySlotHeapTuple(writer.row);
  ExecStoreHeapTuple(tuple, slot, true); // owned by the slot, so that the table need not copy it again
  MemoryContextSwitchTo(caller);

  ++writer.batch_rows;
  writer.batch_bytes += tuple->t_len;
  if (writer.batch_rows == max_batch_rows || writer.batch_bytes >= max_batch_bytes) {
    flush(writer);
  }
}

namespace {

// A table that takes more than its share of the buffers would drive out what others need.
void bound_buffers(BulkWriter& writer) {
  constexpr BlockNumber share = 8;
  if (writer.bulk_insert->strategy == nullptr &&
      RelationGetNumberOfBlocks(writer.relation) > static_cast<BlockNumber>(NBuffers) / share) {
    MemoryContext const caller = MemoryContextSwitchTo(writer.context);
    writer.bulk_insert->strategy = GetAccessStrategy(BAS_BULKWRITE);
    MemoryContextSwitchTo(caller);
  }
}

} // namespace

void flush(BulkWriter& writer) {
  if (writer.batch_rows == 0) {
    return;
  }
  bound_buffers(writer);
  MemoryContext const caller = MemoryContextSwitchTo(writer.flush_context);
  table_multi_insert(writer.relation, writer.batch, writer.batch_rows, writer.command, writer.options,
                     writer.bulk_insert);
  MemoryContextSwitchTo(caller);
  MemoryContextReset(writer.flush_context);
  if (XactLastRecEnd - writer.flushed >= flush_bytes) {
    start_flush();
    writer.flushed = XactLastRecEnd;
  }
  if (writer.indexes != nullptr) {
    place_rows(writer.indexes, writer.batch, writer.batch_rows);
  }
  for (int i = 0; i < writer.batch_rows; ++i) {
    ExecClearTuple(writer.batch[i]);
  }
  writer.batch_rows = 0;
  writer.batch_bytes = 0;
}

void fill_indexes(BulkWriter& writer) {
  if (writer.indexes != nullptr) {
    build_indexes(writer.indexes);
    writer.indexes = nullptr;
  }
}

void close_writer(BulkWriter& writer) {
  FreeBulkInsertState(writer.bulk_insert);
  table_finish_bulk_insert(writer.relation, writer.options);
  for (int i = 0; i < max_batch_rows && writer.batch[i] != nullptr; ++i) {
    ExecDropSingleTupleTableSlot(writer.batch[i]);
  }
  ExecDropSingleTupleTableSlot(writer.row);
  FreeExecutorState(writer.executor);
  MemoryContextDelete(writer.context);
  table_close(writer.relation, NoLock);
}

} // namespace lifecycle::loader
