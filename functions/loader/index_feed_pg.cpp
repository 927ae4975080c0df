#include "functions/loader/index_feed_pg.hpp"

#include <cstring>

#include "functions/loader/index_entry_pg.hpp"
#include "functions/loader/index_pages_pg.hpp"
#include "functions/loader/index_code_pg.hpp"
#include "functions/loader/start_flush_pg.hpp"

extern "C" {
#include "access/amapi.h"
#include "access/genam.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/progress.h"
#include "executor/executor.h"
#include "utils/backend_progress.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/relcache.h"
}

namespace lifecycle::loader {
namespace {

// Entries lie one after another in pieces, in the order of the rows.
struct Piece {
  Piece* next;
  Size used;
  Size size;
};

constexpr Size first_piece = 64UL * 1024;
constexpr Size largest_piece = 8UL * 1024 * 1024;

} // namespace

struct FedIndex {
  Relation relation;
  bool is_kept; // a B-tree: other kinds may keep something else than the values, and are built by a scan
  IndexInfo* info;
  bool has_code; // that may change settings
  Piece* first;
  Piece* last;
  Size count;
  IndexEntry** unplaced; // of the rows not written yet; nullptr for a row that the index leaves out
};

struct IndexFeed {
  Relation table;
  FedIndex* indexes;
  int count;
  int rows_unplaced;
  int64 rows;
  MemoryContext context; // of what is kept; nullptr once it was too much
  Size bytes;
  Oid owner; // who the expressions of indexes are evaluated as
};

namespace {

bool is_by_value(const FedIndex& index, int column) {
  return TupleDescAttr(RelationGetDescr(index.relation), column)->attbyval;
}

char* begin_of(Piece* piece) { return reinterpret_cast<char*>(piece) + MAXALIGN(sizeof(Piece)); }

// Room for an entry, or nullptr where there is none left.
IndexEntry* room_for(IndexFeed* feed, FedIndex& index, Size size) {
  Piece* const last = index.last;
  if (last == nullptr || last->size - last->used < size) {
    const Size room = Max(size, last == nullptr ? first_piece : Min(last->size * 2, largest_piece));
    if (feed->bytes + room > static_cast<Size>(maintenance_work_mem) * 1024) {
      return nullptr;
    }
    auto* const piece = static_cast<Piece*>(MemoryContextAllocHuge(feed->context, MAXALIGN(sizeof(Piece)) + room));
    *piece = {nullptr, 0, room};
    (last == nullptr ? index.first : last->next) = piece;
    index.last = piece;
    feed->bytes += room;
  }
  auto* const entry = reinterpret_cast<IndexEntry*>(begin_of(index.last) + index.last->used);
  index.last->used += size;
  return entry;
}

void forget(IndexFeed* feed) {
  MemoryContextDelete(feed->context);
  feed->context = nullptr;
}

// Of the value as an index keeps it: never out of line.
Datum at_hand(Datum value, const FormData_pg_attribute* column) {
  return column->attlen == -1 && VARATT_IS_EXTERNAL(DatumGetPointer(value))
             ? PointerGetDatum(PG_DETOAST_DATUM_PACKED(value))
             : value;
}

// Returns false where there is no room for it.
bool keep(IndexFeed* feed, FedIndex& index, Datum* values, const bool* nulls) {
  TupleDesc const descriptor = RelationGetDescr(index.relation);
  Size sizes[INDEX_MAX_KEYS];
  Size size = sizeof(IndexEntry);
  uint32 missing = 0;
  for (int i = 0; i < descriptor->natts; ++i) {
    const FormData_pg_attribute* const column = TupleDescAttr(descriptor, i);
    if (nulls[i]) {
      missing |= 1U << static_cast<unsigned>(i);
      sizes[i] = 0;
    } else if (column->attbyval) {
      sizes[i] = sizeof(Datum);
    } else {
      values[i] = at_hand(values[i], column);
      sizes[i] = datumGetSize(values[i], false, column->attlen);
    }
    size += MAXALIGN(sizes[i]);
  }
  IndexEntry* const entry = size > UINT32_MAX ? nullptr : room_for(feed, index, size);
  if (entry == nullptr) {
    return false;
  }
  entry->nulls = missing;
  entry->size = static_cast<uint32>(size);
  char* at = reinterpret_cast<char*>(entry + 1);
  for (int i = 0; i < descriptor->natts; ++i) {
    if (!nulls[i]) {
      const void* const from =
          is_by_value(index, i) ? static_cast<const void*>(&values[i]) : DatumGetPointer(values[i]);
      std::memcpy(at, from, sizes[i]);
      at += MAXALIGN(sizes[i]);
    }
  }
  index.unplaced[feed->rows_unplaced] = entry;
  ++index.count;
  return true;
}

// Of the row; false where the index leaves it out.
bool evaluate(FedIndex& index, TupleTableSlot* row, EState* executor, Datum* values, bool* nulls) {
  if (index.info->ii_Predicate != NIL) {
    if (index.info->ii_PredicateState == nullptr) {
      index.info->ii_PredicateState = ExecPrepareQual(index.info->ii_Predicate, executor);
    }
    if (!ExecQual(index.info->ii_PredicateState, GetPerTupleExprContext(executor))) {
      return false;
    }
  }
  FormIndexDatum(index.info, row, executor, values, nulls);
  return true;
}

bool keep_all(IndexFeed* feed, TupleTableSlot* row, EState* executor) {
  Datum values[INDEX_MAX_KEYS];
  bool nulls[INDEX_MAX_KEYS];
  GetPerTupleExprContext(executor)->ecxt_scantuple = row;
  for (int i = 0; i < feed->count; ++i) {
    FedIndex& index = feed->indexes[i];
    index.unplaced[feed->rows_unplaced] = nullptr;
    if (!index.is_kept) {
      continue;
    }
    const int settings = index.has_code ? NewGUCNestLevel() : 0;
    const bool is_in = evaluate(index, row, executor, values, nulls);
    if (index.has_code) {
      AtEOXact_GUC(false, settings); // the caller's settings are not the owner's to change
    }
    if (is_in && !keep(feed, index, values, nulls)) {
      return false;
    }
  }
  return true;
}

// In place of a scan of the table; the methods of tables have no room for an argument.
IndexFeed* feeding = nullptr;
const FedIndex* fed = nullptr;

// In the index's order; nullptr where that is not known here, or there is no room to find it: the index sorts then.
PlacedEntry* in_order(Relation index) {
  const Size room = fed->count * sizeof(PlacedEntry);
  if (!can_sort_entries(index) || feeding->bytes + 2 * room > static_cast<Size>(maintenance_work_mem) * 1024) {
    return nullptr;
  }
  auto* const listed = static_cast<PlacedEntry*>(MemoryContextAllocHuge(feeding->context, room + 1));
  auto* const spare = static_cast<PlacedEntry*>(MemoryContextAllocHuge(feeding->context, room + 1));
  PlacedEntry* to = listed;
  for (Piece* piece = fed->first; piece != nullptr; piece = piece->next) {
    for (Size offset = 0; offset < piece->used; ++to) {
      to->entry = reinterpret_cast<const IndexEntry*>(begin_of(piece) + offset);
      offset += to->entry->size;
    }
  }
  PlacedEntry* const sorted = sort_entries(index, listed, spare, fed->count);
  pfree(sorted == listed ? spare : listed);
  return sorted;
}

void give(Relation index, const IndexEntry* entry, IndexBuildCallback take, void* state) {
  CHECK_FOR_INTERRUPTS();
  Datum values[INDEX_MAX_KEYS];
  bool nulls[INDEX_MAX_KEYS];
  read_entry(entry, RelationGetDescr(index), values, nulls);
  ItemPointerData row = entry->row;
  take(index, &row, values, nulls, true, state);
}

void give_all(Relation index, IndexBuildCallback take, void* state) {
  constexpr Size ahead = 8; // entries whose memory is on its way
  if (PlacedEntry* const sorted = in_order(index); sorted != nullptr) {
    for (Size i = 0; i < fed->count; ++i) {
      const char* const coming = reinterpret_cast<const char*>(sorted[Min(i + ahead, fed->count - 1)].entry);
      __builtin_prefetch(coming);
      __builtin_prefetch(coming + 64);
      give(index, sorted[i].entry, take, state);
    }
    pfree(sorted);
    return;
  }
  for (Piece* piece = fed->first; piece != nullptr; piece = piece->next) {
    for (Size offset = 0; offset < piece->used;) {
      const auto* const entry = reinterpret_cast<const IndexEntry*>(begin_of(piece) + offset);
      offset += entry->size;
      give(index, entry, take, state);
    }
  }
}

double give_entries(Relation table, Relation index, IndexInfo* info, bool allow_sync, bool any_visible, bool progress,
                    BlockNumber first, BlockNumber count, IndexBuildCallback take, void* state, TableScanDesc scan) {
  if (feeding == nullptr || table != feeding->table || index != fed->relation || scan != nullptr || first != 0 ||
      count != InvalidBlockNumber) {
    return GetHeapamTableAmRoutine()->index_build_range_scan(table, index, info, allow_sync, any_visible, progress,
                                                             first, count, take, state, scan);
  }
  give_all(index, take, state);
  return static_cast<double>(feeding->rows);
}

ambuild_function build_as_ever = nullptr;

// In place of a sort by the index; what is not written so is given to it as ever.
IndexBuildResult* build_pages(Relation table, Relation index, IndexInfo* info) {
  if (feeding == nullptr || table != feeding->table || index != fed->relation || !can_write_pages(index)) {
    return build_as_ever(table, index, info);
  }
  PlacedEntry* const sorted = in_order(index);
  const bool fits = sorted != nullptr && fit_pages(index, sorted, fed->count);
  if (fits) {
    write_pages(index, sorted, fed->count);
  }
  if (sorted != nullptr) {
    pfree(sorted);
  }
  if (!fits) {
    return build_as_ever(table, index, info);
  }
  auto* const result = static_cast<IndexBuildResult*>(palloc0(sizeof(IndexBuildResult)));
  result->heap_tuples = static_cast<double>(feeding->rows);
  result->index_tuples = static_cast<double>(fed->count);
  return result;
}

struct Methods {
  const TableAmRoutine* table;
  decltype(RelationData::rd_indam) index;
};

void give_back(const IndexFeed* feed, const FedIndex& index, const Methods* ours, const Methods* own) {
  feeding = nullptr;
  fed = nullptr;
  if (feed->table->rd_tableam == ours->table) {
    feed->table->rd_tableam = own->table;
  }
  if (index.relation->rd_indam == ours->index) {
    index.relation->rd_indam = own->index;
  }
}

void build_by(IndexFeed* feed, const FedIndex& index, IndexInfo* info, const Methods* ours, const Methods* own) {
  PG_TRY();
  {
    feeding = feed;
    fed = &index;
    feed->table->rd_tableam = ours->table;
    index.relation->rd_indam = ours->index;
    index_build(feed->table, index.relation, info, false, false);
  }
  PG_CATCH();
  {
    give_back(feed, index, ours, own);
    PG_RE_THROW();
  }
  PG_END_TRY();
  give_back(feed, index, ours, own);
}

// The table's own methods, but for the scan, and the index's own, but for the sort. Should a relation be read anew
// meanwhile, it has its own again, and the table is scanned after all.
void build_fed(IndexFeed* feed, const FedIndex& index, IndexInfo* info) {
  static TableAmRoutine table_methods;
  static IndexAmRoutine index_methods;
  const Methods own = {feed->table->rd_tableam, index.relation->rd_indam};
  table_methods = *own.table;
  table_methods.index_build_range_scan = give_entries;
  index_methods = *own.index;
  index_methods.ambuild = build_pages;
  build_as_ever = own.index->ambuild;
  const Methods ours = {&table_methods, &index_methods};
  build_by(feed, index, info, &ours, &own);
}

void build(IndexFeed* feed, const FedIndex& index) {
  pgstat_progress_update_param(PROGRESS_CREATEIDX_INDEX_OID, RelationGetRelid(index.relation));
  // In the transaction that made it, as TRUNCATE could; without a search of all buffers for the old one's page.
#if PG_VERSION_NUM >= 160000
  RelationSetNewRelfilenumber(index.relation, index.relation->rd_rel->relpersistence);
#else
  RelationSetNewRelfilenode(index.relation, index.relation->rd_rel->relpersistence);
#endif
  const Caller caller = become_owner(feed->owner);
  IndexInfo* const info = BuildIndexInfo(index.relation);
  become_caller(caller);
  if (feed->context != nullptr && index.is_kept && feed->table->rd_tableam == GetHeapamTableAmRoutine()) {
    build_fed(feed, index, info);
  } else {
    index_build(feed->table, index.relation, info, false, true);
  }
}

} // namespace

IndexFeed* open_feed(Relation table, int most) {
  auto* const feed = static_cast<IndexFeed*>(palloc0(sizeof(IndexFeed)));
  List* const indexes = RelationGetIndexList(table);
  feed->table = table;
  feed->owner = table->rd_rel->relowner;
  feed->context = AllocSetContextCreate(CurrentMemoryContext, "entries of indexes", ALLOCSET_DEFAULT_SIZES);
  feed->indexes = static_cast<FedIndex*>(palloc0(sizeof(FedIndex) * static_cast<Size>(list_length(indexes) + 1)));
  const Caller caller = become_owner(feed->owner); // what is constant in an expression is computed here
  ListCell* cell = nullptr;
  foreach (cell, indexes) {
    FedIndex& index = feed->indexes[feed->count++];
    index.relation = index_open(lfirst_oid(cell), AccessExclusiveLock);
    index.is_kept = index.relation->rd_rel->relam == BTREE_AM_OID;
    index.info = BuildIndexInfo(index.relation);
    index.has_code = index.is_kept && has_code_of_users(index.info);
    // NOLINTNEXTLINE(bugprone-sizeof-expression): a list of pointers
    index.unplaced = static_cast<IndexEntry**>(palloc0(sizeof(IndexEntry*) * static_cast<Size>(most)));
  }
  become_caller(caller);
  list_free(indexes);
  return feed;
}

void feed_row(IndexFeed* feed, TupleTableSlot* row, EState* executor) {
  ++feed->rows;
  if (feed->context == nullptr) {
    return;
  }
  const Caller caller = become_owner(feed->owner);
  const bool kept = keep_all(feed, row, executor);
  become_caller(caller);
  ++feed->rows_unplaced;
  if (!kept) {
    forget(feed);
  }
}

void place_rows(IndexFeed* feed, TupleTableSlot** rows, int count) {
  for (int i = 0; i < feed->count && feed->context != nullptr; ++i) {
    IndexEntry** const entries = feed->indexes[i].unplaced;
    for (int j = 0; j < count; ++j) {
      if (entries[j] != nullptr) {
        entries[j]->row = rows[j]->tts_tid;
      }
    }
  }
  feed->rows_unplaced = 0;
}

void build_indexes(IndexFeed* feed) {
  pgstat_progress_start_command(PROGRESS_COMMAND_CREATE_INDEX, RelationGetRelid(feed->table));
  for (int i = 0; i < feed->count; ++i) {
    build(feed, feed->indexes[i]);
    start_flush();
    index_close(feed->indexes[i].relation, NoLock);
  }
  pgstat_progress_end_command();
  if (feed->context != nullptr) {
    forget(feed);
  }
}

} // namespace lifecycle::loader
