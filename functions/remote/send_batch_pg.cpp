// _send_batch(server, statement, query, parameters): the rows of a query as lines of NDJSON to another server, in one
// statement, which gets the lines as $1 and their checksum as $2.
#include <string>

#include "functions/loader/run_query_pg.hpp"
#include "functions/parity/parity_checksum.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/remote/place_pg.hpp"
#include "functions/row/row_writer_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

namespace lifecycle::remote {
namespace {

// Far below what a message can hold, and what the other side can read into memory.
constexpr std::size_t most_bytes = 256UL * 1024 * 1024;

// What the call owns in C++; deleted with its memory context, however it ends.
struct Batch {
  std::string lines;
  parity::Checksum checksum;
  parity::Md5Batch batch;
};

struct BatchHolder {
  MemoryContextCallback callback;
  Batch* batch;
};

void delete_batch(void* holder) { delete static_cast<BatchHolder*>(holder)->batch; }

Batch* new_batch(MemoryContext context) {
  auto* const holder = static_cast<BatchHolder*>(MemoryContextAllocZero(context, sizeof(BatchHolder)));
  holder->callback.func = delete_batch;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  pg::guard([holder] { holder->batch = new Batch(); });
  return holder->batch;
}

// Plain data.
struct BatchReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Batch* batch;
  row::RowPlan* plan;
  MemoryContext context; // of the call
  MemoryContext row_context;
};

void add_row(Batch& batch, row::RowPlan& plan) {
  // Without the keys of nulls, which tells them from a JSON null.
  const std::string_view line = row::RowWriter(row::Style::export_line).write_object(plan, row::Nulls::left_out);
  if (batch.lines.size() + line.size() >= most_bytes) {
    throw Error(sqlstate::program_limit_exceeded, "a batch is too large to be sent at once",
                "Its lines take more than " + std::to_string(most_bytes) + " bytes.", "Send fewer rows in a batch.");
  }
  batch.lines += line;
  batch.lines += '\n';
  batch.checksum.add(row::RowWriter(row::Style::parity).write_fields(plan), &batch.batch);
}

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
  pg::guard([&to] { add_row(*to.batch, *to.plan); });
  MemoryContextSwitchTo(caller);
  MemoryContextReset(to.row_context);
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

Datum send(Batch& batch, const char* server, const char* statement, const char** parameters, int count,
           const char* checksum) {
  parameters[0] = batch.lines.c_str();
  parameters[1] = checksum;
  const Result result = session_on(server).ask(statement, {parameters, static_cast<std::size_t>(count)});
  return pg::call([&result] { return answer_array(result); });
}

} // namespace
} // namespace lifecycle::remote

LIFECYCLE_FUNCTION(lifecycle_send_batch) {
  using namespace lifecycle::remote;
  namespace pg = lifecycle::pg;
  namespace parity = lifecycle::parity;
  Place place = {NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), {}};
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(2));
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

  BatchReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle batch", ALLOCSET_DEFAULT_SIZES);
  receiver.row_context = AllocSetContextCreate(receiver.context, "lifecycle batch row", ALLOCSET_DEFAULT_SIZES);
  receiver.batch = new_batch(receiver.context);
  SPI_connect();
  lifecycle::loader::run_query(query, false, &receiver.receiver);
  SPI_finish();

  Batch& batch = *receiver.batch;
  char checksum[parity::checksum_text_size + 1];
  pg::guard([&] { batch.checksum.settle(batch.batch); });
  *parity::write_checksum(batch.checksum, checksum) = '\0';
  enter_place(place);
  const Datum answer = pg::guard(
      [&] { return send(batch, place.server, place.statement, parameters, count + own_parameters, checksum); });
  leave_place(place);
  Datum values[] = {Int64GetDatum(static_cast<int64>(batch.checksum.count)),
                    Int64GetDatum(static_cast<int64>(batch.lines.size())), CStringGetTextDatum(checksum), answer};
  bool nulls[] = {false, false, false, answer == 0};
  MemoryContextDelete(receiver.context);
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
