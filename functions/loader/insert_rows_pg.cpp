// _insert_rows(query, targets) -> counts: runs a query and writes its rows into tables in use, in batches, past the
// row-by-row checks of foreign keys, which the caller has made sure of. A row may be one of several tables at once.
// _takes_rows(table): whether the table can be written so.
#include "functions/loader/bulk_writer_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

namespace lifecycle::loader {
namespace {

constexpr int most_targets = 8;

struct Target {
  BulkWriter writer;
  int* columns; // attribute number - 1, dropped ones left out
  int count;
  int first; // of its columns in the query
  int64 written;
};

// What the server calls; plain data, as a longjmp may end any of it.
struct InsertReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Target targets[most_targets];
  int count;
  int64 rows;
};

void find_columns(Target& target, int first) {
  const TupleDesc descriptor = RelationGetDescr(target.writer.relation);
  target.columns = static_cast<int*>(palloc(sizeof(int) * static_cast<Size>(descriptor->natts + 1)));
  target.count = 0;
  target.first = first;
  for (int i = 0; i < descriptor->natts; ++i) {
    if (!TupleDescAttr(descriptor, i)->attisdropped) {
      target.columns[target.count++] = i;
    }
  }
}

[[noreturn]] void fail_shape(const char* detail) {
  ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the query does not fit the tables it is inserted into"),
                  errdetail("%s", detail),
                  errhint("The query gives the columns of each table in order; cast where a type or its length "
                          "differs.")));
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
      const FormData_pg_attribute* const wanted =
          TupleDescAttr(RelationGetDescr(target.writer.relation), target.columns[i]);
      if (given->atttypid != wanted->atttypid || (wanted->atttypmod >= 0 && wanted->atttypmod != given->atttypmod)) {
        fail_shape(psprintf("Column %d of the query is of type %s; column \"%s\" of table \"%s\" is of type %s.",
                            target.first + i + 1, format_type_with_typemod(given->atttypid, given->atttypmod),
                            NameStr(wanted->attname), RelationGetRelationName(target.writer.relation),
                            format_type_with_typemod(wanted->atttypid, wanted->atttypmod)));
      }
    }
  }
}

// The command number is taken after the query's snapshot: a query that reads a target never meets the rows it adds.
void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& insert = *reinterpret_cast<InsertReceiver*>(self);
  check_query(insert, query);
  const CommandId command = GetCurrentCommandId(true);
  for (int t = 0; t < insert.count; ++t) {
    insert.targets[t].writer.command = command;
  }
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& insert = *reinterpret_cast<InsertReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  ++insert.rows;
  for (int t = 0; t < insert.count; ++t) {
    Target& target = insert.targets[t];
    if (slot->tts_isnull[target.first]) {
      continue;
    }
    clear_row(target.writer);
    for (int i = 0; i < target.count; ++i) {
      target.writer.row->tts_values[target.columns[i]] = slot->tts_values[target.first + i];
      target.writer.row->tts_isnull[target.columns[i]] = slot->tts_isnull[target.first + i];
    }
    put_row(target.writer);
    ++target.written;
  }
  return true;
}

// Still inside the query: values kept out of line in its tables are read under its snapshot.
void receive_shutdown(DestReceiver* self) {
  auto& insert = *reinterpret_cast<InsertReceiver*>(self);
  for (int t = 0; t < insert.count; ++t) {
    flush(insert.targets[t].writer);
  }
}

void receive_destroy(DestReceiver*) {}

} // namespace
} // namespace lifecycle::loader

LIFECYCLE_FUNCTION(lifecycle_insert_rows) {
  using namespace lifecycle::loader;
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  Datum* tables = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &tables, nullptr, &count);
  if (count < 1 || count > most_targets) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("_insert_rows() needs 1 to %d tables, not %d", most_targets, count)));
  }

  auto* const insert = static_cast<InsertReceiver*>(palloc0(sizeof(InsertReceiver)));
  insert->receiver.receiveSlot = receive_row;
  insert->receiver.rStartup = receive_startup;
  insert->receiver.rShutdown = receive_shutdown;
  insert->receiver.rDestroy = receive_destroy;
  insert->receiver.mydest = DestTuplestore;
  insert->count = count;
  // Before SPI and outside the executor's contexts: slots and batches outlive both.
  int first = 0;
  for (int t = 0; t < count; ++t) {
    Target& target = insert->targets[t];
    target.writer = open_indexed_writer(DatumGetObjectId(tables[t]));
    find_columns(target, first);
    first += target.count;
  }

  SPI_connect();
  run_query(query, false, &insert->receiver);
  SPI_finish();

  auto* const counts = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(count + 1)));
  counts[0] = Int64GetDatum(insert->rows);
  for (int t = 0; t < count; ++t) {
    close_writer(insert->targets[t].writer);
    counts[t + 1] = Int64GetDatum(insert->targets[t].written);
  }
  CommandCounterIncrement(); // what follows in this transaction sees the rows
  PG_RETURN_ARRAYTYPE_P(construct_array(counts, count + 1, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

LIFECYCLE_FUNCTION(lifecycle_takes_rows) { PG_RETURN_BOOL(lifecycle::loader::takes_indexed_writer(PG_GETARG_OID(0))); }
