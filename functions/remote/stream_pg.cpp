#include "functions/remote/stream_pg.hpp"

#include <algorithm>
#include <utility>

#include "functions/pg/text.hpp"
#include "functions/row/scalar_text.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PGDLLEXPORT Datum lifecycle_uuid_v7(PG_FUNCTION_ARGS);
}

namespace lifecycle::remote {
namespace {

// The statement's own parameters: lines, checksum, and behind the first of the caller's the batch's number.
constexpr std::size_t own_parameters = 2;
constexpr std::size_t batch_parameter = 3;

pg_uuid_t new_id() {
  return pg::call([] { return *DatumGetUUIDP(DirectFunctionCall1(lifecycle_uuid_v7, Datum{0})); });
}

} // namespace

Stream::Stream(const char* server, const char* statement, std::vector<const char*> parameters, std::size_t batch_bytes)
    : server_(server), statement_(statement), parameters_(std::move(parameters)), batch_bytes_(batch_bytes) {
  parameters_.insert(parameters_.begin(), own_parameters, nullptr);
}

Stream::~Stream() {
  for (const Flight& flight : flights_) {
    if (flight.batch != nullptr) {
      flight.session->close();
    }
  }
}

bool Stream::add(row::RowPlan& plan, const int64* time) {
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

void Stream::dispatch() {
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
  flight.session->send(statement_, parameters_, Planned::for_all);
  flight.batch = &batch;
  lines_.clear();
  rows_ = 0;
  earliest_ = std::numeric_limits<int64>::max();
  latest_ = std::numeric_limits<int64>::min();
}

void Stream::flush() {
  if (rows_ > 0) {
    dispatch();
  }
}

void Stream::finish() {
  flush();
  for (std::size_t i = 0; i < flight_count_; ++i) {
    collect(flights_[(turn_ + i) % flight_count_]);
  }
}

// One with no batch under way: that of the batch before the last one, once it is answered.
Stream::Flight& Stream::next_flight() {
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
  // The other side may have ended it, having waited for rows too long; nothing was under way in it.
  if (!flight->session || !flight->session->is_usable()) {
    flight->session = session_on(server_, static_cast<int>(turn_));
  }
  turn_ = (turn_ + 1) % flight_count_;
  return *flight;
}

void Stream::collect(Flight& flight) {
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

namespace {

struct Holder {
  MemoryContextCallback callback;
  Sending sending;
};

void delete_stream(void* holder) { delete std::exchange(static_cast<Holder*>(holder)->sending.stream, nullptr); }

template <typename Step>
void at_place(Sending& sending, Step step) {
  ErrorContextCallback* const query = error_context_stack;
  error_context_stack = sending.caller;
  enter_place(sending.place);
  pg::guard([&] { step(*sending.stream); });
  error_context_stack = query;
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

} // namespace

Sending* begin_sending(const char* server, const char* statement, Datum parameters, int64 batch_bytes) {
  Datum* given = nullptr;
  bool* given_nulls = nullptr;
  int count = 0;
  deconstruct_array(DatumGetArrayTypeP(parameters), TEXTOID, -1, false, TYPALIGN_INT, &given, &given_nulls, &count);
  if (count < 2) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("a stream needs parameters: the second is the batch's number")));
  }
  auto* const texts = static_cast<const char**>(palloc0(sizeof(char*) * static_cast<Size>(count)));
  for (int i = 0; i < count; ++i) {
    texts[i] = given_nulls[i] ? nullptr : TextDatumGetCString(given[i]);
  }
  auto* const holder = static_cast<Holder*>(palloc0(sizeof(Holder)));
  holder->callback.func = delete_stream;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(CurrentMemoryContext, &holder->callback);
  holder->sending.place = {server, statement, {}};
  holder->sending.caller = error_context_stack;
  pg::guard([&] {
    holder->sending.stream = new Stream(server, statement, std::vector<const char*>(texts, texts + count),
                                        static_cast<std::size_t>(batch_bytes));
  });
  return &holder->sending;
}

void require_time(const row::RowPlan& plan, int place) {
  if (place < 1 || place > plan.column_count) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column %d of %d is no time", place, plan.column_count)));
  }
  if (plan.columns[place - 1].type.form != row::Form::timestamptz) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("the time of an export's rows must be a timestamptz")));
  }
}

void dispatch(Sending& sending) {
  at_place(sending, [](Stream& stream) { stream.dispatch(); });
}

void flush(Sending& sending) {
  at_place(sending, [](Stream& stream) { stream.flush(); });
}

void finish(Sending& sending) {
  at_place(sending, [](Stream& stream) { stream.finish(); });
}

Datum outcome(const Sending& sending, const int64* counts, std::size_t count, TupleDesc shape) {
  const std::deque<Sent>& sent = sending.stream->sent();
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

} // namespace lifecycle::remote
