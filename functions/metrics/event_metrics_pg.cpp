// _event_metrics(day_begin, day_end): the figures of one day's events. Three queries feed the core, all under the
// snapshot and with the rights of the statement that called; rows come straight from the executor through receivers of
// our own.
#include "functions/metrics/day_metrics.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/uuid/parse_uuid.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
}

namespace lifecycle::metrics {
namespace {

using pg::guard;
using pg::view;

constexpr char events_query[] =
    "SELECT user_id::pg_catalog.text, event_name::pg_catalog.text, event_time"
    " FROM lifecycle.events WHERE event_time >= $1 AND event_time < $2";
constexpr char stages_query[] =
    "SELECT user_id, to_stage::pg_catalog.text, transitioned_at, id"
    " FROM lifecycle.user_lifecycle_history"
    " WHERE user_id OPERATOR(pg_catalog.=) ANY ($1) AND transitioned_at < $2";
constexpr char users_query[] = "SELECT user_key, user_id FROM lifecycle._users_of($1)";

// Frees the figures when the memory context goes, on errors too.
struct Holder {
  MemoryContextCallback callback;
  DayMetrics* metrics;
};

void free_metrics(void* argument) { delete static_cast<Holder*>(argument)->metrics; }

// A batch of keys goes to a query as one array.
constexpr uint32 keys_at_a_time = 50000;

// What the server calls; plain data, as a longjmp may end any of it.
struct Receiver {
  DestReceiver receiver; // first: the server knows us by it
  DayMetrics* metrics;
  MemoryContext row_context;
  void (*take)(DayMetrics& metrics, TupleTableSlot* slot);
};

void start(DestReceiver*, int, TupleDesc) {}
void end(DestReceiver*) {}

bool receive(TupleTableSlot* slot, DestReceiver* self) {
  auto& receiver = *reinterpret_cast<Receiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  MemoryContext const around = MemoryContextSwitchTo(receiver.row_context);
  receiver.take(*receiver.metrics, slot);
  MemoryContextSwitchTo(around);
  MemoryContextReset(receiver.row_context);
  return true;
}

std::string_view text_of(const TupleTableSlot* slot, int column) {
  return view(DatumGetTextPP(slot->tts_values[column]));
}

const DayMetrics::UserId& user_of(const TupleTableSlot* slot, int column) {
  static_assert(sizeof(DayMetrics::UserId) == sizeof(pg_uuid_t));
  return *reinterpret_cast<const DayMetrics::UserId*>(DatumGetUUIDP(slot->tts_values[column])->data);
}

void take_event(DayMetrics& metrics, TupleTableSlot* slot) {
  const std::string_view user = text_of(slot, 0);
  const std::string_view name = text_of(slot, 1);
  const TimestampTz time = DatumGetTimestampTz(slot->tts_values[2]);
  guard([&] { metrics.add_event(user, name, time); });
}

void take_stage(DayMetrics& metrics, TupleTableSlot* slot) {
  const DayMetrics::UserId& user = user_of(slot, 0);
  const std::string_view stage = text_of(slot, 1);
  const TimestampTz since = DatumGetTimestampTz(slot->tts_values[2]);
  const int64 number = DatumGetInt64(slot->tts_values[3]);
  guard([&] { metrics.add_stage(user, stage, since, number); });
}

void take_user(DayMetrics& metrics, TupleTableSlot* slot) {
  const std::string_view key = text_of(slot, 0);
  const DayMetrics::UserId& user = user_of(slot, 1);
  guard([&] { metrics.name_user(key, user); });
}

void run_query(const char* query, int planning, int count, Oid* types, Datum* values, DayMetrics& metrics,
               void (*take)(DayMetrics&, TupleTableSlot*)) {
  Receiver receiver = {};
  receiver.receiver.receiveSlot = receive;
  receiver.receiver.rStartup = start;
  receiver.receiver.rShutdown = end;
  receiver.receiver.rDestroy = end;
  receiver.receiver.mydest = DestTuplestore;
  receiver.metrics = &metrics;
  receiver.row_context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle metrics row", ALLOCSET_SMALL_SIZES);
  receiver.take = take;

  SPIPlanPtr const plan = SPI_prepare_cursor(query, count, types, planning);
  if (plan == nullptr) {
    elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
  }
  ParamListInfo const parameters = makeParamList(count);
  for (int i = 0; i < count; ++i) {
    parameters->params[i] = {values[i], false, PARAM_FLAG_CONST, types[i]};
  }
  SPIExecuteOptions options = {};
  options.params = parameters;
  options.read_only = true;
  options.must_return_tuples = true;
  options.dest = &receiver.receiver;
  if (const int result = SPI_execute_plan_extended(plan, &options); result < 0) {
    elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(result));
  }
  SPI_freeplan(plan);
  MemoryContextDelete(receiver.row_context);
}

void read_events(DayMetrics& metrics, TimestampTz day_begin, TimestampTz day_end) {
  Oid types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
  Datum values[] = {TimestampTzGetDatum(day_begin), TimestampTzGetDatum(day_end)};
  run_query(events_query, CURSOR_OPT_CUSTOM_PLAN, 2, types, values, metrics, take_event);
}

void read_stages(DayMetrics& metrics, Datum* users, int count, TimestampTz day_end) {
  if (count == 0) {
    return;
  }
  Oid types[] = {UUIDARRAYOID, TIMESTAMPTZOID};
  Datum values[] = {PointerGetDatum(construct_array(users, count, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR)),
                    TimestampTzGetDatum(day_end)};
  // Planned for any array: looking at thousands of ids one by one would cost the planner more than the scan.
  run_query(stages_query, CURSOR_OPT_GENERIC_PLAN, 2, types, values, metrics, take_stage);
  pfree(DatumGetPointer(values[0]));
}

void read_other_users(DayMetrics& metrics, Datum* keys, int count) {
  if (count == 0) {
    return;
  }
  Oid types[] = {TEXTARRAYOID};
  Datum values[] = {PointerGetDatum(construct_array(keys, count, TEXTOID, -1, false, TYPALIGN_INT))};
  run_query(users_query, CURSOR_OPT_GENERIC_PLAN, 1, types, values, metrics, take_user);
}

Datum user_datum(const DayMetrics::UserId& user) {
  auto* const copy = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  std::memcpy(copy->data, user.data(), sizeof copy->data);
  return UUIDPGetDatum(copy);
}

// For the keys from begin up to end.
void find_stages(DayMetrics& metrics, uint32 begin, uint32 end, TimestampTz day_end) {
  auto* const values = static_cast<Datum*>(palloc(sizeof(Datum) * keys_at_a_time));
  int count = 0;
  // History tells who is a user, since everyone in it is one: most keys need no other look-up.
  for (uint32 key = begin; key < end; ++key) {
    if (const auto user = parse_uuid(metrics.key(key))) {
      values[count++] = user_datum(*user);
      guard([&] { metrics.name_user(metrics.key(key), *user); });
    }
  }
  read_stages(metrics, values, count, day_end);

  count = 0;
  for (uint32 key = begin; key < end; ++key) {
    if (!metrics.has_stage(key)) {
      metrics.unname_user(key);
      values[count++] = PointerGetDatum(pg::make_text(metrics.key(key)));
    }
  }
  read_other_users(metrics, values, count);
  count = 0;
  for (uint32 key = begin; key < end; ++key) {
    if (metrics.is_named(key) && !metrics.has_stage(key)) {
      values[count++] = user_datum(metrics.user(key));
    }
  }
  read_stages(metrics, values, count, day_end);
}

Datum text_datum(std::string_view text) { return PointerGetDatum(pg::make_text(text)); }

void put_rows(const DayMetrics& metrics, Tuplestorestate* store, TupleDesc columns) {
  for (const DayMetrics::Row& row : metrics.rows()) {
    const bool counts_events = row.figure == DayMetrics::Figure::events_total;
    const bool all_events = row.event_name.data() == nullptr;
    Datum values[] = {text_datum(counts_events ? "events_total" : "users_distinct"), text_datum(row.stage),
                      all_events ? Datum{0} : text_datum(row.event_name), Int64GetDatum(static_cast<int64>(row.value))};
    bool nulls[] = {false, false, all_events, false};
    tuplestore_putvalues(store, columns, values, nulls);
  }
}

// The result set of a function that returns all its rows at once. InitMaterializedSRF() is of 15 and later.
Tuplestorestate* result_store(FunctionCallInfo fcinfo, TupleDesc* columns) {
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0) {
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("_event_metrics() is called in a place that takes no set"),
             errhint("SELECT * FROM lifecycle._event_metrics(day_begin, day_end);")));
  }
  MemoryContext const around = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  if (get_call_result_type(fcinfo, nullptr, columns) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  result->returnMode = SFRM_Materialize;
  result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  result->setDesc = *columns = BlessTupleDesc(*columns);
  MemoryContextSwitchTo(around);
  return result->setResult;
}

} // namespace
} // namespace lifecycle::metrics

LIFECYCLE_FUNCTION(lifecycle_event_metrics) {
  using namespace lifecycle::metrics;
  const TimestampTz day_begin = PG_GETARG_TIMESTAMPTZ(0);
  const TimestampTz day_end = PG_GETARG_TIMESTAMPTZ(1);
  TupleDesc columns = nullptr;
  Tuplestorestate* const store = result_store(fcinfo, &columns);
  uint64 seed = 0;
  if (!pg_strong_random(&seed, sizeof seed)) {
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random number")));
  }

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle metrics", ALLOCSET_SMALL_SIZES);
  auto* const holder = static_cast<Holder*>(MemoryContextAllocZero(context, sizeof(Holder)));
  holder->callback.func = free_metrics;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  guard([&] { holder->metrics = new lifecycle::DayMetrics(seed, day_begin); });

  lifecycle::DayMetrics& metrics = *holder->metrics;
  SPI_connect();
  read_events(metrics, day_begin, day_end);
  MemoryContext const batch =
      AllocSetContextCreate(CurrentMemoryContext, "lifecycle metrics keys", ALLOCSET_DEFAULT_SIZES);
  for (uint32 begin = 0; begin < metrics.keys(); begin += keys_at_a_time) {
    MemoryContext const around = MemoryContextSwitchTo(batch);
    find_stages(metrics, begin, Min(begin + keys_at_a_time, metrics.keys()), day_end);
    MemoryContextSwitchTo(around);
    MemoryContextReset(batch);
  }
  SPI_finish();
  guard([&] { metrics.finish(); });
  put_rows(metrics, store, columns);
  MemoryContextDelete(context);
  return Datum{0};
}
