// _condensed(query): the rows of a query, but for those it calls quiet, of which only the number comes back. What a run
// has to look at again is little beside what it finds unchanged; keeping all of it would cost more than finding it.
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
}

namespace {

// What the server calls; plain data, as a longjmp may end any of it.
struct Condenser {
  DestReceiver receiver; // first: the server knows us by it
  Tuplestorestate* rows;
  TupleDesc expected;
  int64 quiet;
};

void receive_startup(DestReceiver* self, int, TupleDesc given) {
  const TupleDesc expected = reinterpret_cast<Condenser*>(self)->expected;
  bool fits = given->natts == expected->natts && given->natts >= 2 && TupleDescAttr(given, 0)->atttypid == BOOLOID &&
              TupleDescAttr(given, 1)->atttypid == INT8OID;
  for (int i = 0; fits && i < given->natts; ++i) {
    fits = TupleDescAttr(given, i)->atttypid == TupleDescAttr(expected, i)->atttypid;
  }
  if (!fits) {
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the query does not give the columns that its caller expects"),
             errdetail("It gives %d columns, expected are %d; the first two are quiet boolean and rows bigint.",
                       given->natts, expected->natts)));
  }
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& condenser = *reinterpret_cast<Condenser*>(self);
  CHECK_FOR_INTERRUPTS();
  bool is_null = false;
  const Datum quiet = slot_getattr(slot, 1, &is_null);
  if (!is_null && DatumGetBool(quiet)) {
    ++condenser.quiet;
  } else {
    tuplestore_puttupleslot(condenser.rows, slot);
  }
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

void put_count(const Condenser& condenser) {
  const auto columns = static_cast<Size>(condenser.expected->natts);
  auto* const values = static_cast<Datum*>(palloc0(sizeof(Datum) * columns));
  auto* const nulls = static_cast<bool*>(palloc(sizeof(bool) * columns));
  for (Size i = 0; i < columns; ++i) {
    nulls[i] = i > 1;
  }
  values[0] = BoolGetDatum(true);
  values[1] = Int64GetDatum(condenser.quiet);
  tuplestore_putvalues(condenser.rows, condenser.expected, values, nulls);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_condensed) {
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0 ||
      result->expectedDesc == nullptr) {
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("_condensed() is called in FROM, with its columns")));
  }
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));

  MemoryContext const caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  auto* const condenser = static_cast<Condenser*>(palloc0(sizeof(Condenser)));
  condenser->expected = CreateTupleDescCopy(result->expectedDesc);
  condenser->rows = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  MemoryContextSwitchTo(caller);
  condenser->receiver.receiveSlot = receive_row;
  condenser->receiver.rStartup = receive_startup;
  condenser->receiver.rShutdown = receive_shutdown;
  condenser->receiver.rDestroy = receive_destroy;
  condenser->receiver.mydest = DestTuplestore;

  SPI_connect();
  lifecycle::loader::run_query(query, true, &condenser->receiver);
  SPI_finish();
  if (condenser->quiet > 0) {
    put_count(*condenser);
  }
  result->returnMode = SFRM_Materialize;
  result->setResult = condenser->rows;
  result->setDesc = condenser->expected;
  return static_cast<Datum>(0);
}
