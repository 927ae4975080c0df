#include "functions/versioned/source_rows_pg.hpp"

#include <algorithm>

#include "functions/versioned/look_ahead_pg.hpp"
#include "functions/versioned/target_versions_pg.hpp"

extern "C" {
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
}

namespace lifecycle::versioned {
namespace {

constexpr unsigned rows_between_checks = 1024;

void fetch_row(const Source& source, Batch::Place place, TupleTableSlot* slot) {
  ItemPointerData tid = unpack(place);
  if (!table_tuple_fetch_row_version(source.table, &tid, source.snapshot, slot)) {
    elog(ERROR, "a row of \"%s\" is gone while it is read", RelationGetRelationName(source.table));
  }
}

bool is_preferred(const Source& source, FmgrInfo* compare, Batch::Place left, Batch::Place right) {
  MemoryContext const caller = MemoryContextSwitchTo(source.row_context);
  Datum rows[2];
  const Batch::Place places[2] = {left, right};
  for (int i = 0; i < 2; ++i) {
    fetch_row(source, places[i], source.rows[i]);
    rows[i] = ExecFetchSlotHeapTupleDatum(source.rows[i]);
  }
  const bool preferred = DatumGetInt32(FunctionCall2(compare, rows[0], rows[1])) > 0;
  MemoryContextSwitchTo(caller);
  MemoryContextReset(source.row_context);
  return preferred;
}

// A survivor on its way from where it lies in the source to its turn among the keys.
struct Passenger {
  Batch::Place place;
  int turn;
};

// Reading each row where it lies when its turn comes would jump from page to page. So a few thousand at a time are read
// in the order in which they lie, and stored in the order of their keys.
constexpr int slice_rows = 8192;

struct Slice {
  Passenger passengers[slice_rows];
  MinimalTuple tuples[slice_rows]; // by turn
  int count;
  MemoryContext context;
  TupleTableSlot* slot;
};

void empty_slice(const Source& source, Slice* slice, Tuplestorestate* store) {
  std::sort(slice->passengers, slice->passengers + slice->count,
            [](const Passenger& left, const Passenger& right) { return left.place < right.place; });
  MemoryContext const caller = MemoryContextSwitchTo(slice->context);
  LookAhead ahead(source.table, static_cast<std::size_t>(slice->count),
                  [slice](std::size_t i) { return slice->passengers[i].place; });
  for (int i = 0; i < slice->count; ++i) {
    ahead.step(static_cast<std::size_t>(i));
    fetch_row(source, slice->passengers[i].place, source.rows[0]);
    slice->tuples[slice->passengers[i].turn] = ExecCopySlotMinimalTuple(source.rows[0]);
  }
  MemoryContextSwitchTo(caller);
  for (int turn = 0; turn < slice->count; ++turn) {
    ExecStoreMinimalTuple(slice->tuples[turn], slice->slot, false);
    tuplestore_puttupleslot(store, slice->slot);
  }
  ExecClearTuple(slice->slot);
  ExecClearTuple(source.rows[0]);
  MemoryContextReset(slice->context);
  slice->count = 0;
}

} // namespace

std::int64_t read_source(const Source& source, const KeyColumns& key, KeyBytes* key_bytes, Batch* batch) {
  TableScanDesc const scan = table_beginscan(source.table, source.snapshot, 0, nullptr);
  TupleTableSlot* const slot = source.rows[0];
  std::int64_t rows = 0;
  while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
    if (++rows % rows_between_checks == 0) {
      CHECK_FOR_INTERRUPTS();
      MemoryContextReset(source.row_context);
    }
    Datum values[INDEX_MAX_KEYS];
    MemoryContext const caller = MemoryContextSwitchTo(source.row_context);
    fetch_source_key(key, slot, values);
    MemoryContextSwitchTo(caller);
    bool is_null = false;
    const Datum version =
        source.version == InvalidAttrNumber ? Int64GetDatum(0) : slot_getattr(slot, source.version, &is_null);
    if (is_null) {
      ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("a row to be upserted has no version"),
                      errdetail("Its record_version in %s is null.", RelationGetRelationName(source.table)),
                      errhint("Give every row a version: which of two is the newer cannot be told otherwise.")));
    }
    const std::int64_t number = version_value(source.version_type, version);
    const Batch::Place place = pack(&slot->tts_tid);
    pg::guard([&] {
      if (key.words != 0) {
        batch->add(key_head(key, values), key.words, number, place);
      } else {
        put_key(key, key.count, values, *key_bytes);
        batch->add(key_bytes->view(), number, place);
      }
    });
  }
  table_endscan(scan);
  ExecClearTuple(slot);
  return rows;
}

void settle(const Source& source, Batch* batch) {
  FmgrInfo compare;
  fmgr_info(F_BTRECORDIMAGECMP, &compare);
  pg::guard([&] {
    batch->settle([&](Batch::Place left, Batch::Place right) {
      return pg::call([&] { return is_preferred(source, &compare, left, right); });
    });
  });
}

Tuplestorestate* store_survivors(const Source& source, const Batch* batch) {
  Tuplestorestate* const store = tuplestore_begin_heap(false, false, work_mem);
  auto* const slice = static_cast<Slice*>(palloc(sizeof(Slice)));
  slice->count = 0;
  slice->context = AllocSetContextCreate(CurrentMemoryContext, "versioned upsert slice", ALLOCSET_DEFAULT_SIZES);
  slice->slot = MakeSingleTupleTableSlot(RelationGetDescr(source.table), &TTSOpsMinimalTuple);
  for (std::size_t entry = 0; entry < batch->size(); ++entry) {
    if (!batch->stale(entry)) {
      slice->passengers[slice->count] = {batch->row(entry), slice->count};
      if (++slice->count == slice_rows) {
        CHECK_FOR_INTERRUPTS();
        empty_slice(source, slice, store);
      }
    }
  }
  empty_slice(source, slice, store);
  ExecDropSingleTupleTableSlot(slice->slot);
  return store;
}

} // namespace lifecycle::versioned
