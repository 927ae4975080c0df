// _send_batch(server, statement, rows, parameters): the rows of a relation as lines of NDJSON to another server, in one
// statement, which gets the lines as $1 and their checksum as $2.
#include <string>

#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/remote/lines_pg.hpp"
#include "functions/remote/place_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace lifecycle::remote {
namespace {

// In C++; deleted with its memory context, however that ends.
struct LinesHolder {
  MemoryContextCallback callback;
  Lines* lines;
};

void delete_lines(void* holder) { delete static_cast<LinesHolder*>(holder)->lines; }

Lines& new_lines() {
  auto* const holder = static_cast<LinesHolder*>(palloc0(sizeof(LinesHolder)));
  holder->callback.func = delete_lines;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &holder->callback);
  pg::guard([holder] { holder->lines = new Lines(); });
  return *holder->lines;
}

// Plain data.
struct BatchReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Lines* lines;
  row::RowPlan* plan;
  MemoryContext context; // of the call
  MemoryContext row_context;
};

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& to = *reinterpret_cast<BatchReceiver*>(self);
  to.plan = row::plan_query(query, to.context);
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& to = *reinterpret_cast<BatchReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  to.plan->values = slot->tts_values;
  to.plan->nulls = slot->tts_isnull;
  MemoryContext const caller = MemoryContextSwitchTo(to.row_context);
  const bool fits = pg::guard([&to] { return to.lines->add(*to.plan); });
  MemoryContextSwitchTo(caller);
  MemoryContextReset(to.row_context);
  if (!fits) {
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a batch is too large to be sent at once"),
                    errdetail("Its lines take more than %zu bytes.", Lines::most_bytes),
                    errhint("Send fewer rows in a batch.")));
  }
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

// The first row of the answer as an array of texts; 0: there is none.
Datum answer_array(const Result& result) {
  if (result.rows() == 0 || result.columns() == 0) {
    return 0;
  }
  const int columns = result.columns();
  auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * static_cast<Size>(columns)));
  auto* const nulls = static_cast<bool*>(palloc(static_cast<Size>(columns)));
  for (int i = 0; i < columns; ++i) {
    const char* const value = result.value(0, i);
    nulls[i] = value == nullptr;
    values[i] = nulls[i] ? Datum{0} : CStringGetTextDatum(value);
  }
  int sizes[] = {columns};
  int bounds[] = {1};
  return PointerGetDatum(construct_md_array(values, nulls, 1, sizes, bounds, TEXTOID, -1, false, TYPALIGN_INT));
}

// In the current memory context.
void write_lines(Oid rows, Lines& lines) {
  const char* const relation = get_rel_name(rows);
  if (relation == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("the batch %u is no relation", rows)));
  }
  const char* const name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(rows)), relation);
  BatchReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.lines = &lines;
  receiver.context = CurrentMemoryContext;
  receiver.row_context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle batch row", ALLOCSET_DEFAULT_SIZES);
  SPI_connect();
  loader::run_query(psprintf("SELECT * FROM %s", name), false, &receiver.receiver);
  SPI_finish();
  pg::guard([&lines] { lines.settle(); });
}

Datum send(const char* server, const char* statement, std::span<const char* const> parameters) {
  const Result result = session_on(server)->ask(statement, parameters, Planned::for_all);
  return pg::call([&result] { return answer_array(result); });
}

} // namespace
} // namespace lifecycle::remote

LIFECYCLE_FUNCTION(lifecycle_send_batch) {
  using namespace lifecycle::remote;
  namespace pg = lifecycle::pg;
  namespace parity = lifecycle::parity;
  Place place = {NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), {}};
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  constexpr int own_parameters = 2;
  Datum* given = nullptr;
  bool* given_nulls = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), TEXTOID, -1, false, TYPALIGN_INT, &given, &given_nulls, &count);
  auto* const parameters = static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(count + own_parameters)));
  for (int i = 0; i < count; ++i) {
    parameters[own_parameters + i] = given_nulls[i] ? nullptr : TextDatumGetCString(given[i]);
  }

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle batch", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  Lines& lines = new_lines();
  write_lines(PG_GETARG_OID(2), lines);
  MemoryContextSwitchTo(caller);
  char checksum[parity::checksum_text_size + 1];
  *parity::write_checksum(lines.checksum(), checksum) = '\0';
  parameters[0] = lines.text().c_str();
  parameters[1] = checksum;
  enter_place(place);
  const Datum answer = pg::guard([&] {
    return send(place.server, place.statement, {parameters, static_cast<std::size_t>(count + own_parameters)});
  });
  leave_place(place);
  Datum values[] = {Int64GetDatum(static_cast<int64>(lines.checksum().count)),
                    Int64GetDatum(static_cast<int64>(lines.text().size())), CStringGetTextDatum(checksum), answer};
  bool nulls[] = {false, false, false, answer == 0};
  MemoryContextDelete(context);
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
