// _load(query, target, rejects, frozen): runs a query and writes its rows, those with a reject_code into `rejects`, the
// others into `target`, and those of which something is only noted (a code that begins with a plus) into both: what is
// seen as a row passes need not be searched for afterwards. The rows come straight from the executor through a
// DestReceiver of our own, so that the plan may be a parallel one, which INSERT ... SELECT is not, and nothing is
// stored in between.
#include "functions/loader/bulk_writer_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
}

#include <cstring>

namespace lifecycle::loader {
namespace {

constexpr char reject_code[] = "reject_code";

// What the server calls; plain data, as a longjmp may end any of it.
struct LoadReceiver {
  DestReceiver receiver; // first: the server knows us by it
  BulkWriter target;
  BulkWriter rejects;
  int* target_columns; // attribute number - 1 of the target's columns, in order, dropped ones left out
  int* reject_columns;
  int target_count;
  int reject_count;
  int64 written;
  int64 rejected;
};

int* live_columns(Relation relation, int* count) {
  TupleDesc const descriptor = RelationGetDescr(relation);
  auto* const columns = static_cast<int*>(palloc(sizeof(int) * static_cast<Size>(descriptor->natts + 1)));
  *count = 0;
  for (int i = 0; i < descriptor->natts; ++i) {
    if (!TupleDescAttr(descriptor, i)->attisdropped) {
      columns[(*count)++] = i;
    }
  }
  return columns;
}

[[noreturn]] void fail_shape(const char* detail) {
  ereport(ERROR,
          (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the query does not fit the tables it is loaded into"),
           errdetail("%s", detail),
           errhint("The query gives the target's columns in order, then reject_code, then the further columns of "
                   "the table of rejects; cast where a type or its length differs.")));
  pg_unreachable();
}

// A column with a length or precision takes only values held to it, so modifiers must agree unless the table has none.
void check_column(TupleDesc query, int position, Relation relation, int attribute) {
  const FormData_pg_attribute* const given = TupleDescAttr(query, position);
  const FormData_pg_attribute* const wanted = TupleDescAttr(RelationGetDescr(relation), attribute);
  if (given->atttypid == wanted->atttypid && (wanted->atttypmod < 0 || wanted->atttypmod == given->atttypmod)) {
    return;
  }
  fail_shape(psprintf(
      "Column %d of the query, \"%s\", is of type %s; column \"%s\" of table \"%s\" is of type %s.", position + 1,
      NameStr(given->attname), format_type_with_typemod(given->atttypid, given->atttypmod), NameStr(wanted->attname),
      RelationGetRelationName(relation), format_type_with_typemod(wanted->atttypid, wanted->atttypmod)));
}

void check_rejects_table(const LoadReceiver& load) {
  const TupleDesc descriptor = RelationGetDescr(load.rejects.relation);
  if (load.reject_count == 0 ||
      std::strcmp(NameStr(TupleDescAttr(descriptor, load.reject_columns[0])->attname), reject_code) != 0 ||
      TupleDescAttr(descriptor, load.reject_columns[0])->atttypid != TEXTOID) {
    fail_shape(psprintf("The first column of table \"%s\" is not reject_code of type text.",
                        RelationGetRelationName(load.rejects.relation)));
  }
}

void check_query(const LoadReceiver& load, TupleDesc query) {
  const int wanted = load.target_count + load.reject_count;
  if (query->natts != wanted) {
    fail_shape(psprintf("The query has %d columns; %d of table \"%s\" and %d of table \"%s\" are needed.", query->natts,
                        load.target_count, RelationGetRelationName(load.target.relation), load.reject_count,
                        RelationGetRelationName(load.rejects.relation)));
  }
  if (std::strcmp(NameStr(TupleDescAttr(query, load.target_count)->attname), reject_code) != 0) {
    fail_shape(psprintf("Column %d of the query is \"%s\", not reject_code.", load.target_count + 1,
                        NameStr(TupleDescAttr(query, load.target_count)->attname)));
  }
  for (int i = 0; i < load.target_count; ++i) {
    check_column(query, i, load.target.relation, load.target_columns[i]);
  }
  for (int i = 0; i < load.reject_count; ++i) {
    check_column(query, load.target_count + i, load.rejects.relation, load.reject_columns[i]);
  }
}

void copy_columns(const TupleTableSlot* from, int first, BulkWriter& writer, const int* columns, int count) {
  clear_row(writer);
  for (int i = 0; i < count; ++i) {
    writer.row->tts_values[columns[i]] = from->tts_values[first + i];
    writer.row->tts_isnull[columns[i]] = from->tts_isnull[first + i];
  }
}

// The command number is taken here, as CREATE TABLE AS does: after the query's snapshot, so that a query that reads the
// target never meets the rows it adds, and before the executor enters parallel mode, which forbids taking one.
void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& load = *reinterpret_cast<LoadReceiver*>(self);
  check_query(load, query);
  load.target.command = load.rejects.command = GetCurrentCommandId(true);
}

bool is_note(Datum code) {
  const text* const plain = DatumGetTextPP(code);
  return VARSIZE_ANY_EXHDR(plain) > 0 && *VARDATA_ANY(plain) == '+';
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& load = *reinterpret_cast<LoadReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  const bool has_code = !slot->tts_isnull[load.target_count];
  const bool is_rejected = has_code && !is_note(slot->tts_values[load.target_count]);
  if (!is_rejected) {
    copy_columns(slot, 0, load.target, load.target_columns, load.target_count);
    put_row(load.target);
    pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++load.written);
  }
  if (has_code) {
    copy_columns(slot, load.target_count, load.rejects, load.reject_columns, load.reject_count);
    put_row(load.rejects);
  }
  if (is_rejected) {
    pgstat_progress_update_param(PROGRESS_COPY_TUPLES_EXCLUDED, ++load.rejected);
  }
  return true;
}

// Still inside the query: values kept out of line in its tables are read under its snapshot.
void receive_shutdown(DestReceiver* self) {
  auto& load = *reinterpret_cast<LoadReceiver*>(self);
  flush(load.target);
  flush(load.rejects);
}

void receive_destroy(DestReceiver*) {}

void start_progress(Oid target) {
  const int parameters[] = {PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE};
  const int64 values[] = {PROGRESS_COPY_COMMAND_FROM, PROGRESS_COPY_TYPE_CALLBACK};
  pgstat_progress_start_command(PROGRESS_COMMAND_COPY, target);
  pgstat_progress_update_multi_param(2, parameters, values);
}

} // namespace
} // namespace lifecycle::loader

LIFECYCLE_FUNCTION(lifecycle_load) {
  using namespace lifecycle::loader;
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("_load() needs a query and two tables, not null")));
  }
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const Oid target = PG_GETARG_OID(1);
  const Oid rejects = PG_GETARG_OID(2);
  const bool frozen = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
  if (target == rejects) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("target and rejects must be two tables")));
  }
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }

  auto* const load = static_cast<LoadReceiver*>(palloc0(sizeof(LoadReceiver)));
  load->receiver.receiveSlot = receive_row;
  load->receiver.rStartup = receive_startup;
  load->receiver.rShutdown = receive_shutdown;
  load->receiver.rDestroy = receive_destroy;
  load->receiver.mydest = DestTuplestore;
  // Before SPI and outside the executor's contexts: slots and batches outlive both.
  load->target = open_writer(target, frozen);
  load->rejects = open_writer(rejects, false);
  load->target_columns = live_columns(load->target.relation, &load->target_count);
  load->reject_columns = live_columns(load->rejects.relation, &load->reject_count);
  check_rejects_table(*load);

  start_progress(target);
  SPI_connect();
  run_query(query, false, &load->receiver);
  SPI_finish();
  pgstat_progress_end_command();
  fill_indexes(load->target);
  fill_indexes(load->rejects);
  close_writer(load->target);
  close_writer(load->rejects);

  Datum values[] = {Int64GetDatum(load->written + load->rejected), Int64GetDatum(load->written),
                    Int64GetDatum(load->rejected)};
  bool nulls[] = {false, false, false};
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
