// _send_checked(server, statement, parameters, query, rejects, checks, time_column, most_bytes, sent, memory): as
// _send_stream(), of rows that are judged here; those that break the contract are told by a second query of the same
// snapshot, which runs only where there are any. What is sent may be remembered: the MD5 of a row, which its checksum
// takes anyway, is its fingerprint.
#include <utility>
#include <vector>

#include "functions/export/row_judge_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/remote/memory_pg.hpp"
#include "functions/remote/stream_pg.hpp"
#include "functions/secret/secret_rules_pg.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace lifecycle::remote {
namespace {

// In C++.
struct Work {
  std::vector<exporting::ColumnChecks> checks;
  std::vector<parity::Md5State> digests; // of rows that are sent and not remembered yet
};

struct WorkHolder {
  MemoryContextCallback callback;
  Work* work;
};

// Plain data.
struct CheckedReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Sending* sending;
  Work* work;
  const secret::RuleSet* rules; // null: nothing is searched for secrets
  FunctionCallInfo call;
  Memory* memory; // null: nothing is remembered
  row::RowPlan* plan;
  exporting::ColumnStep* steps; // one a column
  int time_column;              // from 1
  int64 rejected;
  MemoryContext context;
  MemoryContext row_context;
};

void delete_work(void* holder) { delete std::exchange(static_cast<WorkHolder*>(holder)->work, nullptr); }

Work* make_work(std::string_view checks) {
  auto* const holder = static_cast<WorkHolder*>(palloc0(sizeof(WorkHolder)));
  holder->callback.func = delete_work;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &holder->callback);
  pg::guard([&] { holder->work = new Work{exporting::read_columns(checks), {}}; });
  return holder->work;
}

// The contract's columns by their names, and behind them whether anything is wrong that the checks cannot see.
TupleDesc named_columns(TupleDesc query, const std::vector<exporting::ColumnChecks>& checks) {
  const int columns = query->natts - 1;
  if (columns != static_cast<int>(checks.size()) || TupleDescAttr(query, columns)->atttypid != BOOLOID) {
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the query does not fit the checks of its rows"),
             errdetail("It has %d columns; %zu are checked, and one more is a boolean.", query->natts, checks.size())));
  }
  TupleDesc const row = CreateTemplateTupleDesc(columns);
  for (int i = 0; i < columns; ++i) {
    TupleDescInitEntry(row, static_cast<AttrNumber>(i + 1), checks[static_cast<std::size_t>(i)].name.c_str(),
                       TupleDescAttr(query, i)->atttypid, -1, 0);
  }
  return row;
}

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& to = *reinterpret_cast<CheckedReceiver*>(self);
  to.plan = row::plan_query(named_columns(query, to.work->checks), to.context);
  require_time(*to.plan, to.time_column);
  MemoryContext const caller = MemoryContextSwitchTo(to.context);
  to.steps = exporting::plan_steps(*to.plan, to.work->checks.data());
  MemoryContextSwitchTo(caller);
  if (exporting::searches(to.steps, to.plan->column_count)) {
    to.rules = secret::rules_for_call(to.call);
  }
}

// Points the plan at the row; false where it breaks the contract. Inside guard.
bool take_row(CheckedReceiver& to, const TupleTableSlot* slot) {
  row::RowPlan& plan = *to.plan;
  if (!slot->tts_isnull[plan.column_count] && DatumGetBool(slot->tts_values[plan.column_count])) {
    return false;
  }
  plan.values = slot->tts_values;
  for (int i = 0; i < plan.column_count; ++i) {
    bool is_null = slot->tts_isnull[i];
    if (!exporting::takes_value(to.steps[i], to.work->checks[static_cast<std::size_t>(i)], slot->tts_values[i], is_null,
                                to.rules)) {
      return false;
    }
    plan.nulls[i] = is_null;
  }
  return true;
}

// Whether a batch is complete and is to be sent. Inside guard.
bool send_row(CheckedReceiver& to, const TupleTableSlot* slot) {
  if (!take_row(to, slot)) {
    ++to.rejected;
    return false;
  }
  const int at = to.time_column - 1;
  const int64 time = to.plan->nulls[at] ? 0 : DatumGetTimestampTz(slot->tts_values[at]);
  return to.sending->stream->add(*to.plan, to.plan->nulls[at] ? nullptr : &time);
}

void remember_sent(CheckedReceiver& to) {
  remember(*to.memory, to.work->digests);
  to.work->digests.clear();
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& to = *reinterpret_cast<CheckedReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  MemoryContext const caller = MemoryContextSwitchTo(to.row_context);
  if (pg::guard([&] { return send_row(to, slot); })) {
    dispatch(*to.sending);
  }
  MemoryContextSwitchTo(caller);
  MemoryContextReset(to.row_context);
  if (!to.work->digests.empty()) {
    remember_sent(to);
  }
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

void write_sent(CheckedReceiver& to) {
  flush(*to.sending);
  remember_sent(to);
  write_memory(*to.memory);
}

} // namespace
} // namespace lifecycle::remote

LIFECYCLE_FUNCTION(lifecycle_send_checked) {
  using namespace lifecycle::remote;
  namespace loader = lifecycle::loader;
  namespace pg = lifecycle::pg;
  for (int i = 0; i < 8; ++i) {
    if (PG_ARGISNULL(i)) {
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                      errmsg("_send_checked() needs a server, a statement, rows and checks, not null")));
    }
  }
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(3));
  const char* const rejects = text_to_cstring(PG_GETARG_TEXT_PP(4));

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle stream", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  CheckedReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.call = fcinfo;
  receiver.work = make_work(pg::view(PG_GETARG_TEXT_PP(5)));
  receiver.sending = begin_sending(NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                                   PG_GETARG_DATUM(2), PG_GETARG_INT64(7));
  receiver.time_column = PG_GETARG_INT32(6);
  receiver.context = context;
  receiver.row_context = AllocSetContextCreate(context, "lifecycle stream row", ALLOCSET_DEFAULT_SIZES);
  if (!PG_ARGISNULL(8) && !PG_ARGISNULL(9)) {
    receiver.memory = begin_memory(PG_GETARG_OID(8), PG_GETARG_INT32(9));
    pg::guard([&] { receiver.sending->stream->keep_digests(receiver.work->digests); });
  }

  GetCurrentTransactionId(); // none can be assigned any more once a parallel query runs
  SPI_connect();
  loader::run_query(query, true, &receiver.receiver);
  const int64 told = receiver.rejected > 0 ? loader::run_writing(rejects) : 0;
  SPI_finish();
  if (receiver.memory != nullptr) {
    write_sent(receiver); // while the other server works on the last batches
  }
  finish(*receiver.sending);

  MemoryContextSwitchTo(caller);
  const int64 counts[] = {receiver.rejected, told};
  const Datum result = outcome(*receiver.sending, counts, lengthof(counts), shape);
  MemoryContextDelete(context);
  CommandCounterIncrement();
  PG_RETURN_DATUM(result);
}
