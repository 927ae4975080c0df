// Rows as batches to another server, in one statement each: while the other server works on one, the rows of the next
// are read, so that both are at work at once, and no table is in between.
#pragma once

#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "functions/remote/lines_pg.hpp"
#include "functions/remote/place_pg.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "utils/uuid.h"
}

namespace lifecycle::remote {

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

// Used inside guard.
class Stream {
 public:
  // parameters: those of the statement, behind the lines and their checksum; the second is each batch's number.
  Stream(const char* server, const char* statement, std::vector<const char*> parameters, std::size_t batch_bytes);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The statement there shall not go on for nobody: the other side sees the connection's end.
  ~Stream();

  // From now on each row's MD5 goes there too, in their order, by the time it is sent.
  void keep_digests(std::vector<parity::Md5State>& digests) { lines_.keep_digests(digests); }

  // Whether a batch is complete and is to be sent.
  bool add(row::RowPlan& plan, const int64* time);

  void dispatch();

  // Sends what is left.
  void flush();

  // Waits for all answers, too.
  void finish();

  [[nodiscard]] const std::deque<Sent>& sent() const { return sent_; }

 private:
  // How many batches are under way at once, each in a session of its own: while one is on its way, or commits, the
  // other side works on the other.
  static constexpr std::size_t most_flights = 2;

  // A session of the stream's, and the batch that is under way in it; null: none.
  struct Flight {
    std::shared_ptr<Session> session;
    Sent* batch;
  };

  Flight& next_flight();
  static void collect(Flight& flight);

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

// A stream within the server's memory. Plain data.
struct Sending {
  Stream* stream; // deleted with its memory context, however that ends, and with it goes what is still under way
  Place place;
  ErrorContextCallback* caller; // what stands around the call
};

// In the current memory context. parameters: an array of texts.
Sending* begin_sending(const char* server, const char* statement, Datum parameters, int64 batch_bytes);

// Raises where the column at that place, from 1, is no timestamptz.
void require_time(const row::RowPlan& plan, int place);

// Of what is said to the other server an error tells the place, and not the query, which only happens to be under way.
void dispatch(Sending& sending);
void flush(Sending& sending);
void finish(Sending& sending);

// What became of it: a row of batch_ids, rows, bytes, checksums, earliest, latest, delivered and answers, each an array
// with an element a batch, and the given counts.
Datum outcome(const Sending& sending, const int64* counts, std::size_t count, TupleDesc shape);

} // namespace lifecycle::remote
