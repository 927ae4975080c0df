// _insert_rows(query, targets) -> counts: runs a query and writes its rows into tables in use, in batches, past the
// row-by-row checks of foreign keys, which the caller has made sure of. A row may be one of several tables at once.
// _takes_rows(table): whether the table can be written so.
#include "functions/loader/insert_rows_pg.hpp"

#include "functions/loader/indexed_writer_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/relation.hpp"

#include <cstring>

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
}

namespace lifecycle::loader {
namespace {

constexpr int most_targets = 8;
// The larger a batch, the more entries of an index lie beside each other.
constexpr int most_rows = 4000;
constexpr Size most_bytes = 32UL * 1024 * 1024;
constexpr Size kept_bytes = 4UL * 1024 * 1024; // a usual batch

struct Target {
  Relation relation;
  int* columns; // attribute number - 1, dropped ones left out
  int count;
  int first; // of its columns in the query
  Datum* values;
  bool* nulls;
  HeapTuple* rows; // of the batch
  int batch_rows;
  Size batch_bytes;
  MemoryContext context; // the batch
  int64 written;
};

} // namespace

// What the server calls; plain data, as a longjmp may end any of it.
struct InsertReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Target targets[most_targets];
  int count;
  int64 rows;
};

namespace {

bool is_foreign_key(Oid function) { return function == F_RI_FKEY_CHECK_INS; }

// Who owns a table may pass over its foreign keys: they are the owner's to drop.
bool is_owner(Relation relation) {
#if PG_VERSION_NUM >= 160000
  return object_ownercheck(RelationRelationId, RelationGetRelid(relation), GetUserId());
#else
  return pg_class_ownercheck(RelationGetRelid(relation), GetUserId());
#endif
}

bool takes_rows(Relation relation) {
  return !IsSystemRelation(relation) && !RELATION_IS_OTHER_TEMP(relation) && is_owner(relation) &&
         can_write_indexed(relation, is_foreign_key);
}

// Returns the first column of the next target.
int open_target(Target& target, Oid table, int first) {
  target.relation = pg::open_table(table, RowExclusiveLock);
  if (!takes_rows(target.relation)) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot write rows into table \"%s\" in bulk", RelationGetRelationName(target.relation)),
                    errdetail("It is no ordinary table of the caller, or has triggers on INSERT, generated columns, a "
                              "deferrable or exclusion constraint or row-level security, which would be bypassed."),
                    errhint("INSERT them.")));
  }
  const TupleDesc descriptor = RelationGetDescr(target.relation);
  const auto width = static_cast<Size>(descriptor->natts) + 1;
  target.columns = static_cast<int*>(palloc(sizeof(int) * width));
  target.values = static_cast<Datum*>(palloc0(sizeof(Datum) * width));
  target.nulls = static_cast<bool*>(palloc(width));
  std::memset(target.nulls, 1, width); // dropped columns stay null
  target.rows = static_cast<HeapTuple*>(palloc(sizeof(HeapTuple) * most_rows));
  // Its first block stays when a batch is done: memory given back and taken anew is cleared anew by the kernel.
  target.context =
      AllocSetContextCreate(CurrentMemoryContext, "lifecycle rows", kept_bytes, kept_bytes, ALLOCSET_DEFAULT_MAXSIZE);
  target.first = first;
  for (int i = 0; i < descriptor->natts; ++i) {
    if (!TupleDescAttr(descriptor, i)->attisdropped) {
      target.columns[target.count++] = i;
    }
  }
  return first + target.count;
}

[[noreturn]] void fail_shape(const char* detail) {
  ereport(ERROR,
          (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the query does not fit the tables it is inserted into"),
           errdetail("%s", detail),
           errhint("The query gives the columns of each table in order; cast where a type or its length differs.")));
  pg_unreachable();
}

void check_query(const InsertReceiver& insert, TupleDesc query) {
  const Target& last = insert.targets[insert.count - 1];
  if (query->natts != last.first + last.count) {
    fail_shape(psprintf("The query has %d columns; %d are needed.", query->natts, last.first + last.count));
  }
  for (int t = 0; t < insert.count; ++t) {
    const Target& target = insert.targets[t];
    for (int i = 0; i < target.count; ++i) {
      const FormData_pg_attribute* const given = TupleDescAttr(query, target.first + i);
      const FormData_pg_attribute* const wanted = TupleDescAttr(RelationGetDescr(target.relation), target.columns[i]);
      if (given->atttypid != wanted->atttypid || (wanted->atttypmod >= 0 && wanted->atttypmod != given->atttypmod)) {
        fail_shape(psprintf("Column %d of the query is of type %s; column \"%s\" of table \"%s\" is of type %s.",
                            target.first + i + 1, format_type_with_typemod(given->atttypid, given->atttypmod),
                            NameStr(wanted->attname), RelationGetRelationName(target.relation),
                            format_type_with_typemod(wanted->atttypid, wanted->atttypmod)));
      }
    }
  }
}

// The bounds of a partition, which the writer leaves to us: those of the whole batch.
void check_bounds(const Target& target) {
  if (!target.relation->rd_rel->relispartition) {
    return;
  }
  EState* const executor = CreateExecutorState();
  ResultRelInfo* const result = makeNode(ResultRelInfo);
  InitResultRelInfo(result, target.relation, 0, nullptr, 0);
  TupleTableSlot* const slot = MakeSingleTupleTableSlot(RelationGetDescr(target.relation), &TTSOpsHeapTuple);
  for (int i = 0; i < target.batch_rows; ++i) {
    ExecStoreHeapTuple(target.rows[i], slot, false);
    ExecPartitionCheck(result, slot, executor, true);
    ResetPerTupleExprContext(executor);
  }
  ExecDropSingleTupleTableSlot(slot);
  FreeExecutorState(executor);
}

void write_batch(Target& target) {
  if (target.batch_rows == 0) {
    return;
  }
  MemoryContext const caller = MemoryContextSwitchTo(target.context);
  check_bounds(target);
  write_indexed(target.relation, target.rows, target.batch_rows);
  MemoryContextSwitchTo(caller);
  MemoryContextReset(target.context);
  target.written += target.batch_rows;
  target.batch_rows = 0;
  target.batch_bytes = 0;
}

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  check_query(*reinterpret_cast<InsertReceiver*>(self), query);
}

// Values of the table's columns, dropped ones left out.
void take_row(Target& target, const Datum* values, const bool* nulls) {
  for (int i = 0; i < target.count; ++i) {
    target.values[target.columns[i]] = values[i];
    target.nulls[target.columns[i]] = nulls[i];
  }
  MemoryContext const caller = MemoryContextSwitchTo(target.context);
  HeapTuple const row = heap_form_tuple(RelationGetDescr(target.relation), target.values, target.nulls);
  MemoryContextSwitchTo(caller);
  target.rows[target.batch_rows++] = row;
  target.batch_bytes += row->t_len;
  if (target.batch_rows == most_rows || target.batch_bytes >= most_bytes) {
    write_batch(target);
  }
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& insert = *reinterpret_cast<InsertReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  ++insert.rows;
  for (int t = 0; t < insert.count; ++t) {
    Target& target = insert.targets[t];
    if (!slot->tts_isnull[target.first]) {
      take_row(target, slot->tts_values + target.first, slot->tts_isnull + target.first);
    }
  }
  return true;
}

// Still inside the query: values kept out of line in its tables are read under its snapshot.
void receive_shutdown(DestReceiver* self) {
  auto& insert = *reinterpret_cast<InsertReceiver*>(self);
  for (int t = 0; t < insert.count; ++t) {
    write_batch(insert.targets[t]);
  }
}

void receive_destroy(DestReceiver*) {}

} // namespace

InsertReceiver* begin_insert(const Datum* tables, int count, int first) {
  if (count < 1 || count > most_targets) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("rows are inserted into 1 to %d tables at once, not %d", most_targets, count)));
  }
  auto* const insert = static_cast<InsertReceiver*>(palloc0(sizeof(InsertReceiver)));
  insert->receiver.receiveSlot = receive_row;
  insert->receiver.rStartup = receive_startup;
  insert->receiver.rShutdown = receive_shutdown;
  insert->receiver.rDestroy = receive_destroy;
  insert->receiver.mydest = DestTuplestore;
  insert->count = count;
  for (int t = 0; t < count; ++t) {
    first = open_target(insert->targets[t], DatumGetObjectId(tables[t]), first);
  }
  GetCurrentTransactionId(); // none can be assigned any more once a parallel query runs
  return insert;
}

DestReceiver* receiver_of(InsertReceiver* insert) { return &insert->receiver; }

void require_columns(const InsertReceiver* insert, std::initializer_list<Oid> types) {
  const Target& target = insert->targets[0];
  TupleDesc const shape = RelationGetDescr(target.relation);
  int i = 0;
  for (const Oid type : types) {
    if (i == target.count || TupleDescAttr(shape, target.columns[i])->atttypid != type) {
      break;
    }
    ++i;
  }
  if (i != target.count || target.count != static_cast<int>(types.size())) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("table \"%s\" has not the columns that are written",
                                                               RelationGetRelationName(target.relation))));
  }
}

void insert_row(InsertReceiver* insert, const Datum* values, const bool* nulls) {
  ++insert->rows;
  take_row(insert->targets[0], values, nulls);
}

int64 end_insert(InsertReceiver* insert, int64* written) {
  for (int t = 0; t < insert->count; ++t) {
    Target& target = insert->targets[t];
    MemoryContextDelete(target.context);
    table_close(target.relation, NoLock);
    written[t] = target.written;
  }
  CommandCounterIncrement(); // what follows in this transaction sees the rows
  return insert->rows;
}

} // namespace lifecycle::loader

LIFECYCLE_FUNCTION(lifecycle_insert_rows) {
  using namespace lifecycle::loader;
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  Datum* tables = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &tables, nullptr, &count);
  InsertReceiver* const insert = begin_insert(tables, count);
  SPI_connect();
  run_query(query, false, receiver_of(insert));
  SPI_finish();

  int64 written[most_targets] = {};
  Datum counts[1 + most_targets];
  counts[0] = Int64GetDatum(end_insert(insert, written));
  for (int t = 0; t < count; ++t) {
    counts[t + 1] = Int64GetDatum(written[t]);
  }
  PG_RETURN_ARRAYTYPE_P(construct_array(counts, count + 1, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

LIFECYCLE_FUNCTION(lifecycle_takes_rows) {
  Relation const relation = lifecycle::pg::open_table(PG_GETARG_OID(0), AccessShareLock);
  const bool takes = lifecycle::loader::takes_rows(relation);
  table_close(relation, AccessShareLock);
  PG_RETURN_BOOL(takes);
}
