// The index is read first, then the heap in the order in which it lies on disk. The snapshot makes that safe, as in a
// bitmap scan: a place that VACUUM has given to another row meanwhile holds one that the snapshot does not see.
#include "functions/versioned/target_versions_pg.hpp"

#include <algorithm>

#include "functions/versioned/heap_page_pg.hpp"
#include "functions/versioned/index_march_pg.hpp"
#include "functions/versioned/look_ahead_pg.hpp"
#include "functions/versioned/places_pg.hpp"

extern "C" {
#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
}

namespace lifecycle::versioned {
namespace {

constexpr std::size_t smallest_sampled = 256; // smaller batches are looked up whole
constexpr std::size_t largest_sample = 1000;
constexpr std::size_t sample_part = 16;
constexpr std::size_t worth_filtering = 5; // one stale row in five
constexpr unsigned rows_between_checks = 1024;

IndexScanDesc begin_scan(const Target& target, int keys) {
#if PG_VERSION_NUM >= 180000
  return index_beginscan(target.table, target.index, target.snapshot, nullptr, keys, 0);
#else
  return index_beginscan(target.table, target.index, target.snapshot, keys, 0);
#endif
}

void check_now_and_then(const Target& target, unsigned& rows) {
  if (++rows % rows_between_checks == 0) {
    CHECK_FOR_INTERRUPTS();
    if (target.key->has_texts) {
      MemoryContextReset(target.row_context);
    }
  }
}

// Makes the entry's key the argument of key.equal; it points into the bytes, which the next key replaces.
void aim_at_entry(const Target& target, Batch* batch, std::size_t entry) {
  struct Bytes {
    const char* data;
    std::size_t size;
  };
  const Bytes bytes = pg::guard([&] {
    const std::string_view key = batch->key(entry);
    return Bytes{key.data(), key.size()};
  });
  MemoryContext const caller = MemoryContextSwitchTo(target.row_context);
  aim_at_key(*target.key, {bytes.data, bytes.size});
  MemoryContextSwitchTo(caller);
}

void search_each(const Target& target, Batch* batch, std::size_t every) {
  IndexScanDesc const scan = begin_scan(target, target.key->count);
  unsigned rows = 0;
  for (std::size_t entry = 0; entry < batch->size(); entry += every) {
    check_now_and_then(target, rows);
    aim_at_entry(target, batch, entry);
    index_rescan(scan, target.key->equal, target.key->count, nullptr, 0);
    while (const ItemPointerData* const tid = index_getnext_tid(scan, ForwardScanDirection)) {
      pg::guard([&] { batch->found(entry, pack(tid)); });
    }
  }
  index_endscan(scan);
}

// Serializable transactions must see their reading recorded, which the access method does.
bool may_march(const Target& target) { return target.key->in_index_order && !IsolationIsSerializable(); }

void find_places(const Target& target, Batch* batch, std::size_t every) {
  if (may_march(target)) {
    march(target, batch, every);
  } else {
    search_each(target, batch, every);
  }
}

// False where the snapshot sees no row there, or one without a version. As the access method reads for an index, but
// that all rows of a page are read under one lock, and that nothing is pruned: reading writes nothing.
bool read_version(const Target& target, Buffer buffer, ItemPointer tid, std::int64_t* version) {
  HeapTupleData row;
  bool is_null = false;
  if (!heap_hot_search_buffer(tid, target.table, buffer, target.snapshot, &row, nullptr, true)) {
    return false;
  }
  if (target.version != InvalidAttrNumber) {
    *version = version_value(target.version_type,
                             heap_getattr(&row, target.version, RelationGetDescr(target.table), &is_null));
  }
  return !is_null;
}

void read_versions(const Target& target, Batch* batch) {
  struct Places {
    const Batch::Found* first;
    std::size_t count;
  };
  const Places places = pg::guard([&] {
    const auto& found = batch->places();
    return Places{found.data(), found.size()};
  });
  LookAhead ahead(target.table, places.count, [places](std::size_t i) { return places.first[i].place; });
  HeapPage page{target.table};
  for (std::size_t i = 0; i < places.count; ++i) {
    const Buffer hint = ahead.step(i);
    ItemPointerData tid = unpack(places.first[i].place);
    turn_to_page(&page, ItemPointerGetBlockNumber(&tid), hint);
    std::int64_t version = 0;
    if (read_version(target, page.buffer, &tid, &version)) {
      batch->see_version(places.first[i], version);
    }
  }
  leave_page(&page);
  batch->forget_found();
}

// Whether looking at all of the batch promises to spare enough.
bool is_worth_filtering(const Target& target, Batch* batch) {
  const std::size_t sample = std::clamp<std::size_t>(batch->size() / sample_part, 64, largest_sample);
  const std::size_t every = batch->size() / sample;
  find_places(target, batch, every);
  read_versions(target, batch);
  const std::size_t looked_up = (batch->size() + every - 1) / every;
  return batch->stale_count() * worth_filtering >= looked_up;
}

} // namespace

std::int64_t version_value(Oid type, Datum value) {
  switch (type) {
    case INT2OID:
      return DatumGetInt16(value);
    case INT4OID:
      return DatumGetInt32(value);
    default:
      return DatumGetInt64(value);
  }
}

void mark_stale(const Target& target, Batch* batch) {
  if (batch->size() == 0) {
    return;
  }
  if (batch->size() < smallest_sampled || is_worth_filtering(target, batch)) {
    find_places(target, batch, 1);
    read_versions(target, batch);
  } else if (may_march(target)) {
    march(target, batch, 1);
    pg::guard([&] { batch->see_rows(); });
  }
}

} // namespace lifecycle::versioned
