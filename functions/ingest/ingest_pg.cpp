// _ingest_chunk() and _retry_chunk(): lines from the inbox, or open dead letters, to where they belong. Each call is
// part of one transaction, which leaves every line in exactly one place.
#include "functions/ingest/dead_letters_pg.hpp"
#include "functions/ingest/lines_pg.hpp"
#include "functions/ingest/place_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

#include <limits>

namespace lifecycle::ingest {
namespace {

constexpr int64 beyond_all = std::numeric_limits<int64>::max();

struct Counts {
  int64 taken;
  int64 written;
  int64 repeats;
  int64 dead;
  int64 warned;
  int64 last_id;
};

// What both runs have in hand.
struct Run {
  Lines* lines;
  MemoryContext context; // of the rows of one query
  MemoryContext placing; // of one batch
  Datum contract_version;
  Counts counts;
};

// A column of a row of the last query.
Datum column(uint64 row, int number, bool* present) {
  bool null = false;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &null);
  *present = !null;
  return value;
}

// Both runs' queries give: id, source, line, bytes, received_at.
Line line_at(uint64 row) {
  Line line = {};
  bool present = false;
  line.source = column(row, 2, &line.has_source);
  line.line = column(row, 3, &line.has_line);
  line.bytes = column(row, 4, &line.has_bytes);
  const Datum received = column(row, 5, &present);
  line.received_at = present ? DatumGetTimestampTz(received) : GetCurrentTransactionStartTimestamp();
  return line;
}

Datum id_at(uint64 row) {
  bool present = false;
  return column(row, 1, &present);
}

// Where a row of the query stands in the order of ids; usually its own place.
struct Place {
  int64 id;
  uint64 row;
};

int compare_places(const void* left, const void* right) {
  const int64 a = static_cast<const Place*>(left)->id;
  const int64 b = static_cast<const Place*>(right)->id;
  return a < b ? -1 : static_cast<int>(a > b);
}

Place* rows_in_order(uint64 count) {
  auto* const places = static_cast<Place*>(palloc(sizeof(Place) * (count + 1)));
  bool sorted = true;
  for (uint64 i = 0; i < count; ++i) {
    places[i] = {DatumGetInt64(id_at(i)), i};
    sorted = sorted && (i == 0 || places[i - 1].id < places[i].id);
  }
  if (!sorted) {
    qsort(places, count, sizeof(Place), compare_places);
  }
  return places;
}

// Places the events judged so far, and files what died: rows [first, last) of the order, which are those of the batch.
template <typename File>
void place_batch(Run* run, const Place* places, uint64 first, uint64 last, File&& file) {
  Batch& batch = batch_of(run->lines);
  SPITupleTable* const table = SPI_tuptable;
  MemoryContext const caller = MemoryContextSwitchTo(run->placing);
  place_events(batch);
  for (uint64 i = first; i < last; ++i) {
    SPI_tuptable = table; // other queries use it as well
    file(places[i], batch.row(i - first));
  }
  SPI_tuptable = table;
  MemoryContextSwitchTo(caller);
  MemoryContextReset(run->placing);
  run->counts.taken += static_cast<int64>(last - first);
  run->counts.written += static_cast<int64>(batch.count(Fate::written));
  run->counts.repeats += static_cast<int64>(batch.count(Fate::repeat));
  run->counts.dead += static_cast<int64>(batch.count(Fate::dead));
  run->counts.warned += static_cast<int64>(batch.warned());
  pg::guard([&] { batch.clear(); });
}

// Judges and places all rows of the last query, in the order of their ids.
template <typename File>
void take_rows(Run* run, File&& file) {
  SPITupleTable* const table = SPI_tuptable;
  const uint64 count = table->numvals;
  MemoryContext const caller = MemoryContextSwitchTo(run->context);
  const Place* const places = rows_in_order(count);
  uint64 first = 0;
  for (uint64 i = 0; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    judge_line(run->lines, line_at(places[i].row));
    if (i + 1 == count || batch_of(run->lines).memory() >= batch_bytes) {
      place_batch(run, places, first, i + 1, file);
      first = i + 1;
    }
  }
  run->counts.last_id = places[count - 1].id;
  MemoryContextSwitchTo(caller);
  SPI_freetuptable(table);
  MemoryContextReset(run->context);
}

Run begin_run(FunctionCallInfo fcinfo) {
  SPI_connect();
  Run run = {};
  run.lines = open_lines(fcinfo);
  run.contract_version = contract_version();
  run.context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle ingest rows", ALLOCSET_DEFAULT_SIZES);
  run.placing = AllocSetContextCreate(CurrentMemoryContext, "lifecycle ingest batch", ALLOCSET_DEFAULT_SIZES);
  return run;
}

// The counts as the function's row; last_id null where nothing was left to take.
Datum end_run(FunctionCallInfo fcinfo, const Run& run, bool done) {
  SPI_finish();
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "the function does not return a row");
  }
  Datum values[] = {Int64GetDatum(run.counts.taken),   Int64GetDatum(run.counts.written),
                    Int64GetDatum(run.counts.repeats), Int64GetDatum(run.counts.dead),
                    Int64GetDatum(run.counts.warned),  Int64GetDatum(run.counts.last_id)};
  bool nulls[] = {false, false, false, false, false, done};
  return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), values, nulls));
}

// The id up to which the next `lines` lines after `after` reach. Ids have gaps, and rows come late into them: whatever
// is in the range when it is deleted is taken.
int64 range_end(int64 after, int64 lines) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {INT8OID, INT8OID};
  Datum values[] = {Int64GetDatum(after), Int64GetDatum(lines - 1)};
  kept_plan(&plan, "SELECT id FROM lifecycle.event_inbox WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2", 2, types);
  const int64 end = run_plan(plan, values) == 1 ? DatumGetInt64(id_at(0)) : beyond_all;
  SPI_freetuptable(SPI_tuptable);
  return end;
}

// Takes the lines out; their latest version, should somebody be changing one.
uint64 take_range(int64 after, int64 end) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {INT8OID, INT8OID};
  Datum values[] = {Int64GetDatum(after), Int64GetDatum(end)};
  kept_plan(
      &plan,
      "DELETE FROM lifecycle.event_inbox WHERE id > $1 AND id <= $2 RETURNING id, source, line, bytes, received_at", 2,
      types);
  return run_plan(plan, values);
}

uint64 read_dead_letters(int64 after, int64 lines, FunctionCallInfo fcinfo) {
  static SPIPlanPtr plan = nullptr;
  Oid types[] = {INT8OID, INT8OID, TEXTOID, TEXTOID};
  Datum values[] = {Int64GetDatum(after), Int64GetDatum(lines), PG_GETARG_DATUM(2), PG_GETARG_DATUM(3)};
  const char nulls[] = {' ', ' ', PG_ARGISNULL(2) ? 'n' : ' ', PG_ARGISNULL(3) ? 'n' : ' '};
  kept_plan(
      &plan,
      "SELECT id, source, body, body_bytes, coalesce(received_at, first_seen) FROM lifecycle.dead_letters "
      "WHERE stage = 'ingest' AND resolved_at IS NULL AND id > $1 AND ($3 IS NULL OR source = $3) AND ($4 IS NULL OR "
      "code = $4) "
      "ORDER BY id LIMIT $2 FOR UPDATE",
      4, types);
  return run_plan(plan, values, nulls);
}

int64 lines_left(const Run& run, int64 most) { return Min(most - run.counts.taken, static_cast<int64>(batch_lines)); }

} // namespace
} // namespace lifecycle::ingest

LIFECYCLE_FUNCTION(lifecycle_ingest_chunk) {
  namespace ingest = lifecycle::ingest;
  const int64 most = PG_GETARG_INT64(1);
  ingest::Run run = ingest::begin_run(fcinfo);
  int64 after = PG_GETARG_INT64(0);
  bool done = false;
  while (!done && run.counts.taken < most) {
    const int64 end = ingest::range_end(after, ingest::lines_left(run, most));
    done = end == ingest::beyond_all;
    if (ingest::take_range(after, end) == 0) {
      SPI_freetuptable(SPI_tuptable);
    } else {
      ingest::take_rows(&run, [&run](const ingest::Place& place, const ingest::Row& row) {
        if (row.fate == ingest::Fate::dead) {
          ingest::insert_dead_letter(ingest::line_at(place.row), ingest::batch_of(run.lines).reasons(row),
                                     run.contract_version, row.erased);
        }
      });
    }
    after = done ? run.counts.last_id : end;
  }
  run.counts.last_id = after;
  return ingest::end_run(fcinfo, run, done);
}

LIFECYCLE_FUNCTION(lifecycle_retry_chunk) {
  namespace ingest = lifecycle::ingest;
  const int64 most = PG_GETARG_INT64(1);
  ingest::Run run = ingest::begin_run(fcinfo);
  run.counts.last_id = PG_GETARG_INT64(0);
  bool done = false;
  while (!done && run.counts.taken < most) {
    const int64 wanted = ingest::lines_left(run, most);
    const auto found = static_cast<int64>(ingest::read_dead_letters(run.counts.last_id, wanted, fcinfo));
    done = found < wanted;
    if (found == 0) {
      SPI_freetuptable(SPI_tuptable);
      break;
    }
    ingest::take_rows(&run, [&run](const ingest::Place& place, const ingest::Row& row) {
      if (row.fate == ingest::Fate::dead) {
        ingest::refuse_dead_letter_again(Int64GetDatum(place.id), ingest::batch_of(run.lines).reasons(row),
                                         run.contract_version);
      } else {
        ingest::resolve_dead_letter(Int64GetDatum(place.id));
      }
    });
  }
  return ingest::end_run(fcinfo, run, done);
}
