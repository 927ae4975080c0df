// _export_files(query, rejects, "order"): the rows of a query that keep a contract, straight from the executor into
// files of bounded size, each with its checksum; the others are told by a second query of the same snapshot, which runs
// only where there are any. Rows go to no table in between: that would cost as much as all the rest. The work on rows
// is the aggregate's (export_rows_pg.cpp), so that it can be done by several processes.
#include <memory>

#include "extension/settings.hpp"
#include "functions/export/numbers_pg.hpp"
#include "functions/export/row_files_pg.hpp"
#include "functions/file/file_access_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace lifecycle::exporting {
namespace {

struct Work {
  Work(std::string_view document, Numbers* numbers) : files(read_order(document), &numbers->next) {
    pg_atomic_init_u64(&numbers->next, static_cast<std::uint64_t>(files.order().first));
    numbers->magic = numbers_magic;
  }

  RowFiles files;
  Part part;
};

// Whatever ends the call, its memory context's end deletes the work.
struct WorkHolder {
  MemoryContextCallback callback;
  Work* work;
};

void delete_work(void* holder) { delete std::exchange(static_cast<WorkHolder*>(holder)->work, nullptr); }

WorkHolder* make_work(MemoryContext context, const char* order, Numbers* numbers) {
  auto* const holder = static_cast<WorkHolder*>(MemoryContextAllocZero(context, sizeof(WorkHolder)));
  holder->callback.func = delete_work;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  pg::guard([&] { holder->work = new Work(order, numbers); });
  return holder;
}

// SELECT _export_rows($1, $2, …) of the query's columns, whatever their names.
const char* rows_query(const char* query, std::size_t columns) {
  StringInfoData text;
  initStringInfo(&text);
  appendStringInfoString(&text, "SELECT lifecycle._export_rows($1, $2, q.unread");
  for (std::size_t i = 0; i < columns; ++i) {
    appendStringInfo(&text, ", q.c%zu", i);
  }
  appendStringInfo(&text, ") FROM (%s) q(", query);
  for (std::size_t i = 0; i < columns; ++i) {
    appendStringInfo(&text, "c%zu, ", i);
  }
  appendStringInfoString(&text, "unread)");
  return text.data;
}

// The part of all rows, null where there were none. The planner decides on processes; a server without room for them
// runs all in this one.
bytea* run_rows(const char* query, const char* order, dsm_handle numbers) {
  char workers[16];
  pg_ltoa(export_workers, workers);
  const int settings = NewGUCNestLevel();
  (void)set_config_option("max_parallel_workers_per_gather", workers, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                          0, false);
  Oid types[] = {TEXTOID, INT8OID};
  Datum values[] = {CStringGetTextDatum(order), Int64GetDatum(static_cast<int64>(numbers))};
  SPIPlanPtr const plan = SPI_prepare_cursor(query, 2, types, CURSOR_OPT_PARALLEL_OK);
  if (plan == nullptr || !SPI_is_cursor_plan(plan)) {
    elog(ERROR, "could not prepare an export: %s", SPI_result_code_string(SPI_result));
  }
  if (const int result = SPI_execute_plan(plan, values, nullptr, true, 0); result != SPI_OK_SELECT) {
    elog(ERROR, "could not export: %s", SPI_result_code_string(result));
  }
  AtEOXact_GUC(true, settings);
  bool is_null = false;
  const Datum part = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
  return is_null ? nullptr : DatumGetByteaPP(part);
}

Datum array_of(const Datum* values, std::size_t count, Oid type) {
  const bool is_text = type == TEXTOID;
  return PointerGetDatum(construct_array(const_cast<Datum*>(values), static_cast<int>(count), type, is_text ? -1 : 8,
                                         !is_text && FLOAT8PASSBYVAL, is_text ? TYPALIGN_INT : TYPALIGN_DOUBLE));
}

text* checksum_text(const parity::Checksum& checksum) {
  char digits[parity::checksum_text_size];
  const char* const end = parity::write_checksum(checksum, digits);
  return cstring_to_text_with_len(digits, static_cast<int>(end - digits));
}

Datum outcome(const Part& part, int64 told, TupleDesc shape) {
  const std::size_t count = part.files.size();
  auto* const columns = static_cast<Datum*>(palloc(sizeof(Datum) * (6 * count + 1)));
  for (std::size_t i = 0; i < count; ++i) {
    const Written& one = part.files[i];
    columns[i] = Int64GetDatum(one.figures.rows);
    columns[count + i] = Int64GetDatum(one.bytes);
    columns[2 * count + i] = PointerGetDatum(checksum_text(one.figures.checksum));
    columns[3 * count + i] = PointerGetDatum(pg::make_text(one.hash));
    columns[4 * count + i] = TimestampTzGetDatum(one.figures.earliest);
    columns[5 * count + i] = TimestampTzGetDatum(one.figures.latest);
  }
  Datum values[] = {array_of(columns, count, INT8OID),
                    array_of(columns + count, count, INT8OID),
                    array_of(columns + 2 * count, count, TEXTOID),
                    array_of(columns + 3 * count, count, TEXTOID),
                    array_of(columns + 4 * count, count, TIMESTAMPTZOID),
                    array_of(columns + 5 * count, count, TIMESTAMPTZOID),
                    Int64GetDatum(part.rejected),
                    Int64GetDatum(told)};
  bool nulls[] = {false, false, false, false, false, false, false, false};
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

} // namespace
} // namespace lifecycle::exporting

LIFECYCLE_FUNCTION(lifecycle_export_files) {
  using namespace lifecycle::exporting;
  namespace pg = lifecycle::pg;
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* const rejects = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* const order = text_to_cstring(PG_GETARG_TEXT_PP(2));
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  lifecycle::file::require_file_writer();
  dsm_segment* const segment = dsm_create(sizeof(Numbers), 0);
  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle export", ALLOCSET_DEFAULT_SIZES);
  const WorkHolder* const holder = make_work(context, order, static_cast<Numbers*>(dsm_segment_address(segment)));
  Work& work = *holder->work;

  lifecycle::file::start_progress();
  SPI_connect();
  const bytea* const part =
      run_rows(rows_query(query, work.files.order().columns.size()), order, dsm_segment_handle(segment));
  if (part != nullptr) {
    const std::string_view bytes = pg::view(part);
    pg::guard([&] {
      work.part = read_part(bytes);
      work.files.write(work.part);
    });
  }
  const int64 told = work.part.rejected > 0 ? lifecycle::loader::run_writing(rejects) : 0;
  SPI_finish();
  pgstat_progress_end_command();
  dsm_detach(segment);

  const Datum result = outcome(work.part, told, shape);
  MemoryContextDelete(context);
  CommandCounterIncrement();
  PG_RETURN_DATUM(result);
}
