// _versioned_insert(target, source, key_index, statement): reads a batch of versions, leaves out of it what the target
// already has or has passed, and runs an INSERT … ON CONFLICT over the rest, which the statement reads under the name
// survivors. A target without record_version has what it has for good.
// _append_survivors(target, source, key_index, queries, tables): the same, but the rest is read by SELECTs, and the
// rows of each go into a table in bulk. Where another session takes a key meanwhile, that raises 23505.
//
// The statement decides: what is left out beforehand could not have changed anything, and a row that another session
// overtakes between our reading and our writing is held back by the statement's own WHERE. Left out rows take no lock
// and write no WAL, which the statement's WHERE could not do.
#include "functions/loader/insert_rows_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/elsewhere.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/relation.hpp"
#include "functions/versioned/look_ahead_pg.hpp"
#include "functions/versioned/source_rows_pg.hpp"
#include "functions/versioned/target_versions_pg.hpp"

#include <cstring>

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
}

namespace lifecycle::versioned {
namespace {

constexpr char version_name[] = "record_version";
constexpr char survivors_name[] = "survivors";

// The C++ objects of a call; destroyed with the memory context they are registered in, however the call ends.
struct Objects {
  MemoryContextCallback callback;
  Batch* batch;
  KeyBytes* key_bytes;
};

void destroy_objects(void* argument) {
  const auto* const objects = static_cast<Objects*>(argument);
  delete objects->batch;
  delete objects->key_bytes;
}

Objects* create_objects(MemoryContext context) {
  auto* const objects = static_cast<Objects*>(MemoryContextAllocZero(context, sizeof(Objects)));
  objects->callback.func = destroy_objects;
  objects->callback.arg = objects;
  MemoryContextRegisterResetCallback(context, &objects->callback);
  pg::guard([objects] {
    objects->batch = new Batch();
    objects->key_bytes = new KeyBytes();
  });
  return objects;
}

// False where there is a column of that name which is no version. Without one the number is InvalidAttrNumber: every
// row counts as of one version.
bool find_version(Relation table, AttrNumber* number, Oid* type) {
  *number = get_attnum(RelationGetRelid(table), version_name);
  if (*number == InvalidAttrNumber) {
    return true;
  }
  *type = getBaseType(TupleDescAttr(RelationGetDescr(table), *number - 1)->atttypid);
  return *type == INT2OID || *type == INT4OID || *type == INT8OID;
}

// Whether reading the table itself gives what a SELECT would.
bool is_plain(Relation table) {
  return (table->rd_rel->relkind == RELKIND_RELATION || table->rd_rel->relkind == RELKIND_MATVIEW) &&
         table->rd_rel->relam == HEAP_TABLE_AM_OID && !table->rd_rel->relhassubclass &&
         !RELATION_IS_OTHER_TEMP(table) && check_enable_rls(RelationGetRelid(table), InvalidOid, true) != RLS_ENABLED &&
         !pg::lies_elsewhere(RelationGetRelid(table));
}

// Whether it holds every row once, by columns.
bool is_key(Relation index) {
  const FormData_pg_index* const form = index->rd_index;
  bool has_columns = true;
  for (int i = 0; i < form->indnkeyatts; ++i) {
    has_columns = has_columns && form->indkey.values[i] > 0;
  }
  return index->rd_rel->relam == BTREE_AM_OID && form->indisunique && form->indisvalid && form->indimmediate &&
         has_columns && RelationGetIndexPredicate(index) == NIL;
}

// The index of these columns, of the primary key where they are nullptr; best the one named.
Oid find_key(List* indexes, const int2vector* wanted, int columns, Oid named) {
  Oid found = InvalidOid;
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    Relation const index = index_open(lfirst_oid(cell), AccessShareLock);
    const FormData_pg_index* const form = index->rd_index;
    const bool is_wanted = wanted == nullptr ? form->indisprimary
                                             : form->indnkeyatts == columns &&
                                                   std::memcmp(form->indkey.values, wanted->values,
                                                               sizeof(int16) * static_cast<Size>(columns)) == 0;
    if (is_wanted && found != named && is_key(index)) {
      found = RelationGetRelid(index);
    }
    index_close(index, NoLock);
  }
  return found;
}

// The index that was named before the table was locked; where another has taken its place by then, as REINDEX
// CONCURRENTLY does, that one. No other can any more.
Oid present_key(Relation table, Oid named) {
  List* const indexes = RelationGetIndexList(table);
  HeapTuple const entry = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(named));
  Oid found = InvalidOid;
  if (!HeapTupleIsValid(entry)) {
    found = find_key(indexes, nullptr, 0, named);
  } else {
    const auto* const form = reinterpret_cast<const FormData_pg_index*>(GETSTRUCT(entry));
    if (form->indrelid == RelationGetRelid(table)) {
      found = find_key(indexes, &form->indkey, form->indnkeyatts, named);
    }
    ReleaseSysCache(entry);
  }
  list_free(indexes);
  return OidIsValid(found) ? found : named;
}

void require_select(Relation table) {
  const AclResult result = pg_class_aclcheck(RelationGetRelid(table), GetUserId(), ACL_SELECT);
  if (result != ACLCHECK_OK) {
    aclcheck_error(result, get_relkind_objtype(table->rd_rel->relkind), RelationGetRelationName(table));
  }
}

// For each survivor where the row lies that it will probably take the place of.
struct Replaced {
  const Batch::Place* places;
  Batch::Place operator()(std::size_t survivor) const { return places[survivor]; }
};

// Counts what the statement returns: a boolean a row, whether it was inserted. A row that was written is also the sign
// to fetch one of the rows that will be replaced soon: they lie in no order, and the statement would wait for each.
struct Counter {
  DestReceiver receiver; // first: the server knows us by it
  int64 inserted;
  int64 updated;
  LookAhead<Replaced>* ahead;
  std::size_t survivors;
};

void count_startup(DestReceiver*, int, TupleDesc returned) {
  if (returned->natts != 1 || TupleDescAttr(returned, 0)->atttypid != BOOLOID) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the statement must return one boolean a row")));
  }
}

bool count_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& counter = *reinterpret_cast<Counter*>(self);
  if (const auto written = static_cast<std::size_t>(counter.inserted + counter.updated); written < counter.survivors) {
    counter.ahead->step(written);
  }
  bool is_null = false;
  if (DatumGetBool(slot_getattr(slot, 1, &is_null))) {
    ++counter.inserted;
  } else {
    ++counter.updated;
  }
  return true;
}

void count_shutdown(DestReceiver*) {}

// What becomes of the survivors: a statement, or queries and the tables their rows go into.
struct Use {
  const char* statement;
  const char** queries;
  Datum* tables;
  int count;
  Counter* counter; // inserted: of queries the rows of the first
};

struct Survivors {
  Oid source;
  Tuplestorestate* store;
  std::size_t count;
  Relation target;
  Replaced replaced;
};

void register_survivors(const Survivors& rows) {
  auto* const survivors = static_cast<EphemeralNamedRelation>(palloc0(sizeof(EphemeralNamedRelationData)));
  survivors->md.name = pstrdup(survivors_name);
  survivors->md.reliddesc = rows.source;
  survivors->md.enrtype = ENR_NAMED_TUPLESTORE;
  survivors->md.enrtuples = static_cast<double>(rows.count);
  survivors->reldata = rows.store;
  if (const int result = SPI_register_relation(survivors); result != SPI_OK_REL_REGISTER) {
    elog(ERROR, "SPI_register_relation failed: %s", SPI_result_code_string(result));
  }
}

void run_statement(const Use& use, const Survivors& rows) {
  Counter* const counter = use.counter;
  counter->receiver.receiveSlot = count_row;
  counter->receiver.rStartup = count_startup;
  counter->receiver.rShutdown = count_shutdown;
  counter->receiver.rDestroy = count_shutdown;
  counter->receiver.mydest = DestTuplestore;
  LookAhead<Replaced> ahead(rows.target, rows.count, rows.replaced);
  counter->ahead = &ahead;
  counter->survivors = rows.count;
  SPI_connect();
  register_survivors(rows);
  SPIExecuteOptions options = {};
  options.must_return_tuples = true;
  options.dest = &counter->receiver;
  if (const int result = SPI_execute_extended(use.statement, &options); result < 0) {
    elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(result));
  }
  SPI_finish();
}

void insert_survivors(const Use& use, const Survivors& rows) {
  int64 others = 0;
  for (int i = 0; i < use.count; ++i) {
    loader::InsertReceiver* const insert = loader::begin_insert(&use.tables[i], 1);
    SPI_connect();
    register_survivors(rows);
    loader::run_query(use.queries[i], false, loader::receiver_of(insert));
    SPI_finish();
    int64 written = 0;
    loader::end_insert(insert, &written);
    (i == 0 ? use.counter->inserted : others) += written;
  }
  if (others != use.counter->inserted) {
    ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
                    errmsg("%lld rows have keys and %lld have places", static_cast<long long>(use.counter->inserted),
                           static_cast<long long>(others))));
  }
}

Survivors survivors_of(const Source& source, Relation target, const Batch& batch) {
  const std::size_t count = batch.size() - batch.stale_count();
  auto* const places = static_cast<Batch::Place*>(
      MemoryContextAllocHuge(CurrentMemoryContext, Max(count, std::size_t{1}) * sizeof(Batch::Place)));
  std::size_t survivor = 0;
  for (std::size_t entry = 0; entry < batch.size(); ++entry) {
    if (!batch.stale(entry)) {
      places[survivor++] = batch.target_row(entry);
    }
  }
  return {RelationGetRelid(source.table), store_survivors(source, &batch), count, target, {places}};
}

// Returns the number of rows read, or -1 where these relations cannot be read directly.
std::int64_t apply(Relation table, Relation index, Relation source_table, const Use& use) {
  KeyColumns key = {};
  Source source = {};
  Target target = {};
  source.table = source_table;
  if (!is_plain(table) || !is_plain(source_table) ||
      !find_version(source_table, &source.version, &source.version_type) ||
      !find_version(table, &target.version, &target.version_type) ||
      (source.version == InvalidAttrNumber && target.version != InvalidAttrNumber) ||
      !describe_key(table, index, source_table, key)) {
    return -1;
  }
  if (target.version == InvalidAttrNumber) { // then a key that is there is there for good
    source.version = InvalidAttrNumber;
    source.version_type = INT8OID;
  }
  require_select(source_table);
  require_select(table);

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "versioned upsert", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const row_context = AllocSetContextCreate(context, "versioned upsert row", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  const Objects& objects = *create_objects(context);
  Snapshot const snapshot = RegisterSnapshot(GetActiveSnapshot());
  source.snapshot = snapshot;
  source.row_context = row_context;
  source.rows[0] = table_slot_create(source_table, nullptr);
  source.rows[1] = table_slot_create(source_table, nullptr);
  target.table = table;
  target.index = index;
  target.snapshot = snapshot;
  target.key = &key;
  target.key_bytes = objects.key_bytes;
  target.row_context = row_context;

  const std::int64_t rows = read_source(source, key, objects.key_bytes, objects.batch);
  settle(source, objects.batch);
  mark_stale(target, objects.batch);
  const Survivors survivors = survivors_of(source, table, *objects.batch);
  (use.statement != nullptr ? run_statement : insert_survivors)(use, survivors);
  tuplestore_end(survivors.store);
  ExecDropSingleTupleTableSlot(source.rows[0]);
  ExecDropSingleTupleTableSlot(source.rows[1]);
  UnregisterSnapshot(snapshot);
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
  return rows;
}

// Of a call with (target, source, key_index, …).
Datum apply_call(FunctionCallInfo fcinfo, const Use& use) {
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  Relation const table = pg::open_table(PG_GETARG_OID(0), RowExclusiveLock);
  Relation const source = pg::open_table(PG_GETARG_OID(1), AccessShareLock);
  Relation const index = pg::open_index(present_key(table, PG_GETARG_OID(2)), AccessShareLock);
  if (index->rd_index->indrelid != RelationGetRelid(table) || !is_key(index)) {
    ereport(ERROR,
            (errcode(ERRCODE_WRONG_OBJECT_TYPE),
             errmsg("\"%s\" is no key of \"%s\"", RelationGetRelationName(index), RelationGetRelationName(table))));
  }
  const std::int64_t rows = apply(table, index, source, use);
  index_close(index, NoLock);
  table_close(source, NoLock);
  table_close(table, NoLock);

  const Counter& counter = *use.counter;
  Datum values[] = {Int64GetDatum(counter.inserted), Int64GetDatum(counter.updated),
                    Int64GetDatum(rows - counter.inserted - counter.updated)};
  bool nulls[] = {rows < 0, rows < 0, rows < 0};
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}

} // namespace
} // namespace lifecycle::versioned

LIFECYCLE_FUNCTION(lifecycle_versioned_insert) {
  using namespace lifecycle::versioned;
  Use use = {};
  use.statement = text_to_cstring(PG_GETARG_TEXT_PP(3));
  use.counter = static_cast<Counter*>(palloc0(sizeof(Counter)));
  return apply_call(fcinfo, use);
}

LIFECYCLE_FUNCTION(lifecycle_append_survivors) {
  using namespace lifecycle::versioned;
  Use use = {};
  Datum* queries = nullptr;
  int tables = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), TEXTOID, -1, false, TYPALIGN_INT, &queries, nullptr, &use.count);
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(4), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &use.tables, nullptr,
                    &tables);
  if (tables != use.count || tables == 0) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%d queries for %d tables", use.count, tables)));
  }
  use.queries = static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(use.count)));
  for (int i = 0; i < use.count; ++i) {
    use.queries[i] = TextDatumGetCString(queries[i]);
  }
  use.counter = static_cast<Counter*>(palloc0(sizeof(Counter)));
  return apply_call(fcinfo, use);
}
