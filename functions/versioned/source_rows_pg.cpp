#include "functions/versioned/source_rows_pg.hpp"

#include <algorithm>
#include <cstring>

#include "functions/versioned/heap_page_pg.hpp"
#include "functions/versioned/look_ahead_pg.hpp"
#include "functions/versioned/radix_sort.hpp"
#include "functions/versioned/target_versions_pg.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "storage/bufpage.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
}

namespace lifecycle::versioned {
namespace {

constexpr unsigned rows_between_checks = 1024;

[[noreturn]] void raise_gone(const Source& source) {
  elog(ERROR, "a row of \"%s\" is gone while it is read", RelationGetRelationName(source.table));
  pg_unreachable();
}

void fetch_row(const Source& source, Batch::Place place, TupleTableSlot* slot) {
  ItemPointerData tid = unpack(place);
  if (!table_tuple_fetch_row_version(source.table, &tid, source.snapshot, slot)) {
    raise_gone(source);
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

// The tuples lie one after another in memory that is kept from slice to slice.
struct Slice {
  Passenger passengers[slice_rows];
  Passenger spare[slice_rows]; // for sorting
  Size tuples[slice_rows];     // by turn: where in `memory` it lies
  int count;
  char* memory;
  Size used;
  Size size;
  TupleTableSlot* slot;
};

MinimalTuple room_for(Slice* slice, Size bytes) {
  if (slice->used + bytes > slice->size) {
    slice->size = Max(2 * slice->size, slice->used + bytes);
    slice->memory = static_cast<char*>(repalloc_huge(slice->memory, slice->size));
  }
  return reinterpret_cast<MinimalTuple>(slice->memory + slice->used);
}

void copy_row(const Source& source, Buffer page, ItemPointerData tid, Slice* slice, int turn) {
  Page const content = BufferGetPage(page);
  const OffsetNumber offset = ItemPointerGetOffsetNumber(&tid);
  ItemId const item = PageGetItemId(content, offset);
  HeapTupleData row = {};
  if (offset <= PageGetMaxOffsetNumber(content) && ItemIdIsNormal(item)) {
    row.t_data = reinterpret_cast<HeapTupleHeader>(PageGetItem(content, item));
    row.t_len = ItemIdGetLength(item);
    row.t_tableOid = RelationGetRelid(source.table);
    row.t_self = tid;
  }
  if (row.t_data == nullptr || !HeapTupleSatisfiesVisibility(&row, source.snapshot, page)) {
    raise_gone(source);
  }
  const Size bytes = row.t_len - MINIMAL_TUPLE_OFFSET;
  MinimalTuple const tuple = room_for(slice, bytes);
  std::memcpy(tuple, reinterpret_cast<const char*>(row.t_data) + MINIMAL_TUPLE_OFFSET, bytes);
  tuple->t_len = static_cast<uint32>(bytes);
  slice->tuples[turn] = slice->used;
  slice->used += MAXALIGN(bytes);
}

void empty_slice(const Source& source, Slice* slice, Tuplestorestate* store) {
  pg::guard([slice] {
    radix_sort(
        slice->passengers, slice->passengers + slice->count, slice->spare,
        [](const Passenger& passenger) { return passenger.place; }, [](Passenger*, Passenger*) {});
  });
  LookAhead ahead(source.table, static_cast<std::size_t>(slice->count),
                  [slice](std::size_t i) { return slice->passengers[i].place; });
  HeapPage page{source.table};
  for (int i = 0; i < slice->count; ++i) {
    const Buffer hint = ahead.step(static_cast<std::size_t>(i));
    const ItemPointerData tid = unpack(slice->passengers[i].place);
    turn_to_page(&page, ItemPointerGetBlockNumber(&tid), hint);
    copy_row(source, page.buffer, tid, slice, slice->passengers[i].turn);
  }
  leave_page(&page);
  for (int turn = 0; turn < slice->count; ++turn) {
    ExecStoreMinimalTuple(reinterpret_cast<MinimalTuple>(slice->memory + slice->tuples[turn]), slice->slot, false);
    tuplestore_puttupleslot(store, slice->slot);
  }
  ExecClearTuple(slice->slot);
  slice->count = 0;
  slice->used = 0;
}

// For rows that are stored once and freed in the same order: the usual context would round each up to a power of two.
MemoryContext create_store_context() {
#if PG_VERSION_NUM >= 150000
  return GenerationContextCreate(CurrentMemoryContext, "versioned upsert survivors", ALLOCSET_DEFAULT_SIZES);
#else
  constexpr Size block_size = 65536;
  return GenerationContextCreate(CurrentMemoryContext, "versioned upsert survivors", block_size);
#endif
}

} // namespace

std::int64_t read_source(const Source& source, const KeyColumns& key, KeyBytes* key_bytes, Batch* batch) {
  // What the statistics say, which may be wrong: memory that is not used costs nothing.
  pg::guard([&] { batch->reserve(static_cast<std::size_t>(std::clamp(source.table->rd_rel->reltuples, 0.0F, 1e6F))); });
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
  MemoryContext const caller = MemoryContextSwitchTo(create_store_context());
  Tuplestorestate* const store = tuplestore_begin_heap(false, false, work_mem);
  MemoryContextSwitchTo(caller);
  auto* const slice = static_cast<Slice*>(palloc(sizeof(Slice)));
  slice->count = 0;
  slice->used = 0;
  slice->size = BLCKSZ;
  slice->memory = static_cast<char*>(palloc(slice->size));
  slice->slot = MakeSingleTupleTableSlot(RelationGetDescr(source.table), &TTSOpsMinimalTuple);
  for (std::size_t entry = 0; entry < batch->size(); ++entry) {
    if (!batch->stale(entry)) {
      slice->passengers[slice->count] = {batch->row(entry), slice->count};
      if (++slice->count == slice_rows) {
        empty_slice(source, slice, store);
      }
    }
  }
  empty_slice(source, slice, store);
  ExecDropSingleTupleTableSlot(slice->slot);
  return store;
}

} // namespace lifecycle::versioned
