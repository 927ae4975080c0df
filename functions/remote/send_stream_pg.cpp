// _send_stream(server, statement, parameters, query, columns, time_column, most_bytes, tables): the rows of a query,
// straight from the executor, in batches to another server: lines of NDJSON, one statement a batch. While the other
// server works on one, the rows of the next are read, so that both are at work at once, and no table is in between.
// What the query gives besides goes into tables here, as of _insert_rows().
#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "functions/loader/insert_rows_pg.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/remote/lines_pg.hpp"
#include "functions/remote/place_pg.hpp"
#include "functions/row/scalar_text.hpp"

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
#include "utils/uuid.h"

PGDLLEXPORT Datum lifecycle_uuid_v7(PG_FUNCTION_ARGS);
}

namespace lifecycle::remote {
namespace {

// The statement's own parameters: lines, checksum, and behind the first of the caller's the batch's number.
constexpr std::size_t own_parameters = 2;
constexpr std::size_t batch_parameter = 3;

// How many batches are under way at once, each in a session of its own: while one is on its way, or commits, the other
// side works on the other.
constexpr std::size_t most_flights = 2;

struct Sent {
  pg_uuid_t id;
  int64 rows;
  int64 bytes;
  parity::Checksum checksum;
  int64 earliest; // of the rows' times; more than latest: none has one
  int64 latest;
  int64 delivered;
  std::vector<std::optional<std::string>> answer; // its first row
};

// In C++; deleted with its memory context, however that ends, and with it goes what is still under way.
class Stream {
 public:
  Stream(const char* server, const char* statement, std::vector<const char*> parameters, std::size_t batch_bytes)
      : server_(server), statement_(statement), parameters_(std::move(parameters)), batch_bytes_(batch_bytes) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The statement there shall not go on for nobody: the other side sees the connection's end.
  ~Stream() {
    for (const Flight& flight : flights_) {
      if (flight.batch != nullptr) {
        flight.session->close();
      }
    }
  }

  // Whether a batch is complete and is to be sent.
  bool add(row::RowPlan& plan, const int64* time) {
    if (!lines_.add(plan)) {
      throw Error(sqlstate::program_limit_exceeded, "a batch is too large to be sent at once",
                  "Its lines take more than " + std::to_string(Lines::most_bytes) + " bytes.",
                  "Send fewer rows in a batch.");
    }
    ++rows_;
    if (time != nullptr) {
      earliest_ = std::min(earliest_, *time);
      latest_ = std::max(latest_, *time);
    }
    return lines_.text().size() >= batch_bytes_;
  }

  void dispatch() {
    lines_.settle();
    Flight& flight = next_flight();
    sent_.push_back({.id = new_id(),
                     .rows = rows_,
                     .bytes = static_cast<int64>(lines_.text().size()),
                     .checksum = lines_.checksum(),
                     .earliest = earliest_,
                     .latest = latest_,
                     .delivered = 0,
                     .answer = {}});
    Sent& batch = sent_.back();
    char checksum[parity::checksum_text_size + 1];
    *parity::write_checksum(batch.checksum, checksum) = '\0';
    char id[row::scalar_text_size];
    *row::write_uuid(reinterpret_cast<const char*>(batch.id.data), id) = '\0';
    parameters_[0] = lines_.text().c_str();
    parameters_[1] = checksum;
    parameters_[batch_parameter] = id;
    flight.session->send(statement_, parameters_);
    flight.batch = &batch;
    lines_.clear();
    rows_ = 0;
    earliest_ = std::numeric_limits<int64>::max();
    latest_ = std::numeric_limits<int64>::min();
  }

  void finish() {
    if (rows_ > 0) {
      dispatch();
    }
    for (std::size_t i = 0; i < flight_count_; ++i) {
      collect(flights_[(turn_ + i) % flight_count_]);
    }
  }

  [[nodiscard]] const std::deque<Sent>& sent() const { return sent_; }

 private:
  // A session of the stream's, and the batch that is under way in it; null: none.
  struct Flight {
    std::shared_ptr<Session> session;
    Sent* batch;
  };

  // One with no batch under way: that of the batch before the last one, once it is answered.
  Flight& next_flight() {
    Flight* flight = &flights_[turn_];
    if (turn_ > 0 && !flight->session) {
      try {
        flight->session = session_on(server_, static_cast<int>(turn_));
      } catch (const Error& error) {
        // No room for a second one there: one does, too.
        if (std::string_view(error.sqlstate()) != cannot_connect) {
          throw;
        }
        flight_count_ = turn_;
        turn_ = 0;
        flight = flights_;
      }
    }
    collect(*flight);
    if (!flight->session) {
      flight->session = session_on(server_, static_cast<int>(turn_));
    }
    turn_ = (turn_ + 1) % flight_count_;
    return *flight;
  }

  static pg_uuid_t new_id() {
    return pg::call([] { return *DatumGetUUIDP(DirectFunctionCall1(lifecycle_uuid_v7, Datum{0})); });
  }

  static void collect(Flight& flight) {
    if (flight.batch == nullptr) {
      return;
    }
    // An answer that is an error leaves the session at rest.
    Sent& batch = *std::exchange(flight.batch, nullptr);
    const Result result = flight.session->answer();
    batch.delivered = pg::call([] { return GetCurrentTimestamp(); });
    for (int i = 0; result.rows() > 0 && i < result.columns(); ++i) {
      const char* const value = result.value(0, i);
      batch.answer.push_back(value == nullptr ? std::nullopt : std::optional<std::string>(value));
    }
  }

  const char* server_;
  const char* statement_;
  std::vector<const char*> parameters_;
  std::size_t batch_bytes_;
  Lines lines_;
  int64 rows_ = 0;
  int64 earliest_ = std::numeric_limits<int64>::max();
  int64 latest_ = std::numeric_limits<int64>::min();
  Flight flights_[most_flights] = {};
  std::size_t flight_count_ = most_flights;
  std::size_t turn_ = 0;  // whose the next batch is
  std::deque<Sent> sent_; // in their order; each stays where it is
};

struct StreamHolder {
  MemoryContextCallback callback;
  Stream* stream;
};

void delete_stream(void* argument) { delete std::exchange(static_cast<StreamHolder*>(argument)->stream, nullptr); }

// Plain data.
struct StreamReceiver {
  DestReceiver receiver; // first: the server knows us by it
  StreamHolder* holder;
  loader::InsertReceiver* others;
  row::RowPlan* plan;
  int columns;     // the first of the query's
  int time_column; // from 1
  MemoryContext context;
  MemoryContext row_context;
  Place place;
  ErrorContextCallback* caller; // what stands around the call
};

void receive_startup(DestReceiver* self, int operation, TupleDesc query) {
  auto& to = *reinterpret_cast<StreamReceiver*>(self);
  DestReceiver* const others = loader::receiver_of(to.others);
  others->rStartup(others, operation, query);
  to.plan = row::plan_query(query, to.context);
  to.plan->column_count = to.columns;
  if (to.plan->columns[to.time_column - 1].type.form != row::Form::timestamptz) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the time of an export's rows must be a timestamptz")));
  }
}

// Of what is said to the other server an error tells the place, and not the query, which only happens to be under way.
template <typename Step>
void at_place(StreamReceiver& to, Step step) {
  ErrorContextCallback* const query = error_context_stack;
  error_context_stack = to.caller;
  enter_place(to.place);
  pg::guard([&] { step(*to.holder->stream); });
  error_context_stack = query;
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
        pg::guard([&] { return to.holder->stream->add(*to.plan, slot->tts_isnull[at] ? nullptr : &time); });
    if (full) {
      at_place(to, [](Stream& stream) { stream.dispatch(); });
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

StreamHolder* make_stream(FunctionCallInfo fcinfo, const Place& place) {
  Datum* given = nullptr;
  bool* given_nulls = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &given, &given_nulls, &count);
  if (count < 2) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("_send_stream() needs parameters: the second is the batch's number")));
  }
  auto* const texts = static_cast<const char**>(palloc0(sizeof(char*) * static_cast<Size>(count)));
  for (int i = 0; i < count; ++i) {
    texts[i] = given_nulls[i] ? nullptr : TextDatumGetCString(given[i]);
  }
  auto* const holder = static_cast<StreamHolder*>(palloc0(sizeof(StreamHolder)));
  holder->callback.func = delete_stream;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &holder->callback);
  pg::guard([&] {
    std::vector<const char*> parameters(own_parameters, nullptr);
    parameters.insert(parameters.end(), texts, texts + count);
    holder->stream =
        new Stream(place.server, place.statement, std::move(parameters), static_cast<std::size_t>(PG_GETARG_INT64(6)));
  });
  return holder;
}

struct Columns {
  Datum* values;
  bool* nulls;
};

Columns make_columns(std::size_t count) {
  return {static_cast<Datum*>(palloc0(sizeof(Datum) * Max(count, std::size_t{1}))),
          static_cast<bool*>(palloc0(Max(count, std::size_t{1})))};
}

Datum array_of(const Columns& column, std::size_t count, Oid type, int length, bool by_value, char align) {
  int sizes[] = {static_cast<int>(count)};
  int bounds[] = {1};
  return PointerGetDatum(construct_md_array(column.values, column.nulls, count == 0 ? 0 : 1, sizes, bounds, type,
                                            length, by_value, align));
}

// The batches' answers, a row each. Those that are shorter than the longest end in nulls.
Datum answers_array(const std::deque<Sent>& sent) {
  std::size_t width = 0;
  for (const Sent& batch : sent) {
    width = std::max(width, batch.answer.size());
  }
  const Columns cells = make_columns(sent.size() * width);
  std::size_t cell = 0;
  for (const Sent& batch : sent) {
    for (std::size_t i = 0; i < width; ++i, ++cell) {
      cells.nulls[cell] = i >= batch.answer.size() || !batch.answer[i];
      cells.values[cell] = cells.nulls[cell] ? Datum{0} : PointerGetDatum(pg::make_text(*batch.answer[i]));
    }
  }
  int sizes[] = {static_cast<int>(sent.size()), static_cast<int>(width)};
  int bounds[] = {1, 1};
  return PointerGetDatum(construct_md_array(cells.values, cells.nulls, cell == 0 ? 0 : 2, sizes, bounds, TEXTOID, -1,
                                            false, TYPALIGN_INT));
}

Datum outcome(const std::deque<Sent>& sent, const int64* counts, std::size_t count, TupleDesc shape) {
  const std::size_t batches = sent.size();
  const Columns ids = make_columns(batches);
  const Columns rows = make_columns(batches);
  const Columns bytes = make_columns(batches);
  const Columns checksums = make_columns(batches);
  const Columns earliest = make_columns(batches);
  const Columns latest = make_columns(batches);
  const Columns delivered = make_columns(batches);
  for (std::size_t i = 0; i < batches; ++i) {
    const Sent& batch = sent[i];
    ids.values[i] = UUIDPGetDatum(&batch.id);
    rows.values[i] = Int64GetDatum(batch.rows);
    bytes.values[i] = Int64GetDatum(batch.bytes);
    char checksum[parity::checksum_text_size];
    const char* const end = parity::write_checksum(batch.checksum, checksum);
    checksums.values[i] = PointerGetDatum(cstring_to_text_with_len(checksum, static_cast<int>(end - checksum)));
    earliest.values[i] = TimestampTzGetDatum(batch.earliest);
    latest.values[i] = TimestampTzGetDatum(batch.latest);
    earliest.nulls[i] = latest.nulls[i] = batch.earliest > batch.latest;
    delivered.values[i] = TimestampTzGetDatum(batch.delivered);
  }
  const Columns told = make_columns(count);
  for (std::size_t i = 0; i < count; ++i) {
    told.values[i] = Int64GetDatum(counts[i]);
  }
  const auto longs = [](const Columns& column, std::size_t number, Oid type) {
    return array_of(column, number, type, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
  };
  Datum values[] = {array_of(ids, batches, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR),
                    longs(rows, batches, INT8OID),
                    longs(bytes, batches, INT8OID),
                    array_of(checksums, batches, TEXTOID, -1, false, TYPALIGN_INT),
                    longs(earliest, batches, TIMESTAMPTZOID),
                    longs(latest, batches, TIMESTAMPTZOID),
                    longs(delivered, batches, TIMESTAMPTZOID),
                    answers_array(sent),
                    longs(told, count, INT8OID)};
  bool nulls[lengthof(values)] = {};
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

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
  receiver.place = {NameStr(*PG_GETARG_NAME(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), {}};
  receiver.holder = make_stream(fcinfo, receiver.place);
  receiver.columns = PG_GETARG_INT32(4);
  receiver.time_column = PG_GETARG_INT32(5);
  receiver.others = loader::begin_insert(tables, count, receiver.columns);
  receiver.context = context;
  receiver.caller = error_context_stack;
  receiver.row_context = AllocSetContextCreate(context, "lifecycle stream row", ALLOCSET_DEFAULT_SIZES);
  if (receiver.time_column < 1 || receiver.time_column > receiver.columns) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("column %d of %d is no time", receiver.time_column, receiver.columns)));
  }

  GetCurrentTransactionId(); // none can be assigned any more once a parallel query runs
  SPI_connect();
  loader::run_query(query, false, &receiver.receiver);
  SPI_finish();
  at_place(receiver, [](Stream& stream) { stream.finish(); });
  auto* const counts = static_cast<int64*>(palloc0(sizeof(int64) * static_cast<Size>(count + 1)));
  counts[0] = loader::end_insert(receiver.others, counts + 1);

  MemoryContextSwitchTo(caller);
  const Datum result = outcome(receiver.holder->stream->sent(), counts, static_cast<std::size_t>(count) + 1, shape);
  MemoryContextDelete(context);
  PG_RETURN_DATUM(result);
}
