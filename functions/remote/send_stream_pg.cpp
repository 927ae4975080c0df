// _send_stream(server, statement, parameters, query, columns, time_column, most_bytes, tables): the rows of a query,
// straight from the executor, in batches to another server: lines of NDJSON, one statement a batch. What the query
// gives besides goes into tables here, as of _insert_rows().
#include "functions/loader/insert_rows_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/remote/stream_pg.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace lifecycle::remote {
namespace {

// Plain data.
struct StreamReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Sending* sending;
  loader::InsertReceiver* others;
  row::RowPlan* plan;
  int columns;     // the first of the query's
  int time_column; // from 1
  MemoryContext context;
  MemoryContext row_context;
};

void receive_startup(DestReceiver* self, int operation, TupleDesc query) {
  auto& to = *reinterpret_cast<StreamReceiver*>(self);
  DestReceiver* const others = loader::receiver_of(to.others);
  others->rStartup(others, operation, query);
  to.plan = row::plan_query(query, to.context);
  to.plan->column_count = to.columns;
  require_time(*to.plan, to.time_column);
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& to = *reinterpret_cast<StreamReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  if (!slot->tts_isnull[0]) {
    MemoryContext const caller = MemoryContextSwitchTo(to.row_context);
    to.plan->values = slot->tts_values;
    to.plan->nulls = slot->tts_isnull;
    const int at = to.time_column - 1;
    const int64 time = slot->tts_isnull[at] ? 0 : DatumGetTimestampTz(slot->tts_values[at]);
    const bool full =
        pg::guard([&] { return to.sending->stream->add(*to.plan, slot->tts_isnull[at] ? nullptr : &time); });
    if (full) {
      dispatch(*to.sending);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextReset(to.row_context);
  }
  DestReceiver* const others = loader::receiver_of(to.others);
  return others->receiveSlot(slot, others);
}

void receive_shutdown(DestReceiver* self) {
  DestReceiver* const others = loader::receiver_of(reinterpret_cast<StreamReceiver*>(self)->others);
  others->rShutdown(others);
}

void receive_destroy(DestReceiver*) {}

} // namespace
} // namespace lifecycle::remote

LIFECYCLE_FUNCTION(lifecycle_send_stream) {
  using namespace lifecycle::remote;
  namespace loader = lifecycle::loader;
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(3));
  Datum* tables = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(7), REGCLASSOID, sizeof(Oid), true, TYPALIGN_INT, &tables, nullptr, &count);

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle stream", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  StreamReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.sending = begin_sending(NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                                   PG_GETARG_DATUM(2), PG_GETARG_INT64(6));
  receiver.columns = PG_GETARG_INT32(4);
  receiver.time_column = PG_GETARG_INT32(5);
  receiver.others = loader::begin_insert(tables, count, receiver.columns);
  receiver.context = context;
  receiver.row_context = AllocSetContextCreate(context, "lifecycle stream row", ALLOCSET_DEFAULT_SIZES);

  GetCurrentTransactionId(); // none can be assigned any more once a parallel query runs
  SPI_connect();
  loader::run_query(query, false, &receiver.receiver);
  SPI_finish();
  finish(*receiver.sending);
  auto* const counts = static_cast<int64*>(palloc0(sizeof(int64) * static_cast<Size>(count + 1)));
  counts[0] = loader::end_insert(receiver.others, counts + 1);

  MemoryContextSwitchTo(caller);
  const Datum result = outcome(*receiver.sending, counts, static_cast<std::size_t>(count) + 1, shape);
  MemoryContextDelete(context);
  PG_RETURN_DATUM(result);
}
