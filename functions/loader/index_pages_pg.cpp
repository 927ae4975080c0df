#include "functions/loader/index_pages_pg.hpp"

extern "C" {
#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/itup.h"
#include "access/nbtree.h"
#include "access/transam.h"
#include "access/xloginsert.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/bufpage.h"
#include "storage/smgr.h"
#include "utils/memutils.h"
}

namespace lifecycle::loader {
namespace {

// Longer values may be compressed before they enter an index.
constexpr Size longest_entry = Min(512, TOAST_INDEX_TARGET);
constexpr int batch_pages = 32; // of one record of the log
constexpr Size page_alignment = 4096;

struct PageWriter {
  Relation index;
  Page pages[batch_pages];
  BlockNumber numbers[batch_pages];
  int count; // of the pages at hand, the last of which is being filled
  BlockNumber next;
};

// One downlink for each page of a level, with the smallest key that the page may have.
struct Level {
  IndexTuple* links;
  Size count;
  Size room;
};

// An unlogged index outlives a shutdown: the checkpoint then has to sync it. Others are synced at the end, or when the
// transaction commits.
bool skips_sync(Relation index) { return index->rd_rel->relpersistence != RELPERSISTENCE_UNLOGGED; }

void write_out(PageWriter& writer) {
  if (RelationNeedsWAL(writer.index) && writer.count > 0) {
#if PG_VERSION_NUM >= 160000
    log_newpages(&writer.index->rd_locator, MAIN_FORKNUM, writer.count, writer.numbers, writer.pages, true);
#else
    log_newpages(&writer.index->rd_node, MAIN_FORKNUM, writer.count, writer.numbers, writer.pages, true);
#endif
  }
  for (int i = 0; i < writer.count; ++i) {
    PageSetChecksumInplace(writer.pages[i], writer.numbers[i]);
    smgrextend(RelationGetSmgr(writer.index), MAIN_FORKNUM, writer.numbers[i], writer.pages[i],
               skips_sync(writer.index));
  }
  writer.count = 0;
}

void write_metapage(PageWriter& writer, BlockNumber root, uint32 level) {
  Page const page = writer.pages[0];
  _bt_initmetapage(page, root, level, _bt_allequalimage(writer.index, false));
  if (root == P_NONE) {
    // It holds the place: written again, and logged, once the root is known.
    PageSetChecksumInplace(page, BTREE_METAPAGE);
    smgrextend(RelationGetSmgr(writer.index), MAIN_FORKNUM, BTREE_METAPAGE, page, skips_sync(writer.index));
    return;
  }
  if (RelationNeedsWAL(writer.index)) {
#if PG_VERSION_NUM >= 160000
    log_newpage(&writer.index->rd_locator, MAIN_FORKNUM, BTREE_METAPAGE, page, true);
#else
    log_newpage(&writer.index->rd_node, MAIN_FORKNUM, BTREE_METAPAGE, page, true);
#endif
  }
  PageSetChecksumInplace(page, BTREE_METAPAGE);
  smgrwrite(RelationGetSmgr(writer.index), MAIN_FORKNUM, BTREE_METAPAGE, page, skips_sync(writer.index));
}

Page page_at_hand(const PageWriter& writer) { return writer.pages[writer.count - 1]; }

BlockNumber number_at_hand(const PageWriter& writer) { return writer.numbers[writer.count - 1]; }

// NOLINTNEXTLINE(readability-non-const-parameter): the server's macro takes a Page
BTPageOpaque opaque_of(Page page) { return reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page)); }

// The place of the high key is kept free.
void begin_page(PageWriter& writer, uint32 level, bool is_first) {
  if (writer.count == batch_pages) {
    write_out(writer);
  }
  writer.numbers[writer.count] = writer.next++;
  Page const page = writer.pages[writer.count++];
  _bt_pageinit(page, BLCKSZ);
  BTPageOpaque const opaque = opaque_of(page);
  opaque->btpo_prev = is_first ? P_NONE : number_at_hand(writer) - 1;
  opaque->btpo_next = P_NONE;
  opaque->btpo_level = level;
  opaque->btpo_flags = level == 0 ? BTP_LEAF : 0;
  reinterpret_cast<PageHeader>(page)->pd_lower += sizeof(ItemIdData);
}

void put_at(Page page, const IndexTupleData* tuple, OffsetNumber place) {
  auto* const header = reinterpret_cast<PageHeader>(page);
  const Size size = IndexTupleSize(tuple);
  header->pd_upper -= size;
  std::memcpy(page + header->pd_upper, tuple, size);
  ItemIdSetNormal(PageGetItemId(page, place), header->pd_upper, size);
}

void put(Page page, const IndexTupleData* tuple) {
  reinterpret_cast<PageHeader>(page)->pd_lower += sizeof(ItemIdData);
  put_at(page, tuple, PageGetMaxOffsetNumber(page));
}

// When the server's own build begins the next page, for an index of as many. A high key of a leaf may be longer than
// the entry it is made of by the place of a row.
bool is_full(Page page, const IndexTupleData* coming, Size soft_limit, bool is_leaf) {
  const Size room = PageGetFreeSpace(page);
  return room < IndexTupleSize(coming) + (is_leaf ? MAXALIGN(sizeof(ItemPointerData)) : 0) ||
         (room < soft_limit && PageGetMaxOffsetNumber(page) > P_FIRSTKEY);
}

// NOLINTNEXTLINE(readability-non-const-parameter): as above
IndexTuple last_of(Page page) {
  return reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, PageGetMaxOffsetNumber(page))));
}

// It makes room for the high key.
IndexTuple take_last(Page page) {
  IndexTuple const last = CopyIndexTuple(last_of(page));
  auto* const header = reinterpret_cast<PageHeader>(page);
  header->pd_lower -= sizeof(ItemIdData);
  header->pd_upper += IndexTupleSize(last);
  return last;
}

// More pages of its level follow.
void end_page(Page page, BlockNumber number, const IndexTupleData* high_key) {
  put_at(page, high_key, P_HIKEY);
  opaque_of(page)->btpo_next = number + 1;
}

// The last page of a level has no high key: what lies on it moves up. One that is also the first is the root.
void end_last_page(Page page, bool is_root) {
  const OffsetNumber last = PageGetMaxOffsetNumber(page);
  std::memmove(PageGetItemId(page, P_HIKEY), PageGetItemId(page, P_FIRSTKEY),
               sizeof(ItemIdData) * static_cast<Size>(last - P_HIKEY));
  reinterpret_cast<PageHeader>(page)->pd_lower -= sizeof(ItemIdData);
  if (is_root) {
    opaque_of(page)->btpo_flags |= BTP_ROOT;
  }
}

// Below everything: it has a downlink and no key.
IndexTupleData without_key(const ItemPointerData& link) {
  IndexTupleData tuple = {link, sizeof(IndexTupleData)};
  BTreeTupleSetNAtts(&tuple, 0, false);
  return tuple;
}

void put_first_link(Page page, const IndexTupleData* link) {
  const IndexTupleData first = without_key(link->t_tid);
  put(page, &first);
}

void link_page(Level& level, IndexTuple smallest, BlockNumber number) {
  if (level.count == level.room) {
    level.room = Max(level.room * 2, 256);
    const Size bytes = sizeof(IndexTuple) * level.room;
    level.links =
        static_cast<IndexTuple*>(level.links == nullptr ? MemoryContextAllocHuge(CurrentMemoryContext, bytes)
                                                        : repalloc_huge(static_cast<void*>(level.links), bytes));
  }
  BTreeTupleSetDownLink(smallest, number);
  level.links[level.count++] = smallest;
}

// As index_form_tuple(), of values that it would take as they are.
void form(IndexTuple tuple, Relation index, const IndexEntry* entry) {
  TupleDesc const descriptor = RelationGetDescr(index);
  Datum values[INDEX_MAX_KEYS];
  bool nulls[INDEX_MAX_KEYS];
  read_entry(entry, descriptor, values, nulls);
  const bool has_nulls = entry->nulls != 0;
  const auto mask = static_cast<unsigned short>(has_nulls ? INDEX_NULL_MASK : 0);
  const Size offset = IndexInfoFindDataOffset(mask);
  const Size data = heap_compute_data_size(descriptor, values, nulls);
  const Size size = MAXALIGN(offset + data);
  std::memset(static_cast<void*>(tuple), 0, size);
  uint16 found = 0;
  heap_fill_tuple(descriptor, values, nulls, reinterpret_cast<char*>(tuple) + offset, data, &found,
                  has_nulls ? reinterpret_cast<bits8*>(tuple) + sizeof(IndexTupleData) : nullptr);
  tuple->t_tid = entry->row;
  tuple->t_info = static_cast<unsigned short>(size | mask | ((found & HEAP_HASVARWIDTH) != 0 ? INDEX_VAR_MASK : 0));
}

Size longest_of(const PlacedEntry* entries, Size count) {
  Size longest = 0;
  for (Size i = 0; i < count; ++i) {
    longest = Max(longest, entries[i].entry->size);
  }
  return longest;
}

Level write_leaves(PageWriter& writer, const PlacedEntry* entries, Size count) {
  constexpr Size ahead = 8; // entries whose memory is on its way
  BTScanInsert const key = _bt_mkscankey(writer.index, nullptr);
  key->allequalimage = _bt_allequalimage(writer.index, false);
  const auto soft_limit = static_cast<Size>(BTGetTargetPageFreeSpace(writer.index));
  union {
    char bytes[2 * longest_entry];
    IndexTupleData tuple;
    double alignment;
  } fresh;
  const ItemPointerData nowhere = {};
  IndexTupleData lowest = without_key(nowhere);
  IndexTuple smallest = CopyIndexTuple(&lowest);
  Level level = {};
  begin_page(writer, 0, true);
  for (Size i = 0; i < count; ++i) {
    CHECK_FOR_INTERRUPTS();
    const char* const coming = reinterpret_cast<const char*>(entries[Min(i + ahead, count - 1)].entry);
    __builtin_prefetch(coming);
    __builtin_prefetch(coming + 64);
    form(&fresh.tuple, writer.index, entries[i].entry);
    Page page = page_at_hand(writer);
    if (is_full(page, &fresh.tuple, soft_limit, true)) {
      IndexTuple const moved = take_last(page);
      IndexTuple const high_key = _bt_truncate(writer.index, last_of(page), moved, key);
      end_page(page, number_at_hand(writer), high_key);
      link_page(level, smallest, number_at_hand(writer));
      smallest = high_key;
      begin_page(writer, 0, false);
      page = page_at_hand(writer);
      put(page, moved);
      pfree(moved);
    }
    put(page, &fresh.tuple);
  }
  end_last_page(page_at_hand(writer), level.count == 0);
  link_page(level, smallest, number_at_hand(writer));
  return level;
}

Level write_links(PageWriter& writer, const Level& below, uint32 number) {
  constexpr Size soft_limit = static_cast<Size>(BLCKSZ) * (100 - BTREE_NONLEAF_FILLFACTOR) / 100;
  Level level = {};
  IndexTuple smallest = below.links[0];
  begin_page(writer, number, true);
  put_first_link(page_at_hand(writer), smallest);
  for (Size i = 1; i < below.count; ++i) {
    CHECK_FOR_INTERRUPTS();
    IndexTuple const link = below.links[i];
    if (is_full(page_at_hand(writer), link, soft_limit, false)) {
      IndexTuple const moved = take_last(page_at_hand(writer));
      end_page(page_at_hand(writer), number_at_hand(writer), moved);
      link_page(level, smallest, number_at_hand(writer));
      smallest = moved;
      begin_page(writer, number, false);
      put_first_link(page_at_hand(writer), moved);
    }
    put(page_at_hand(writer), link);
  }
  end_last_page(page_at_hand(writer), level.count == 0);
  link_page(level, smallest, number_at_hand(writer));
  return level;
}

} // namespace

bool can_write_pages(Relation index) {
  return can_sort_entries(index) && index->rd_opfamily[0] < FirstNormalObjectId &&
         (index->rd_index->indisunique || !BTGetDeduplicateItems(index) || !_bt_allequalimage(index, false));
}

bool fit_pages(Relation index, const PlacedEntry* entries, Size count) {
  return count > 0 && longest_of(entries, count) <= longest_entry &&
         !(index->rd_index->indisunique && has_equal_keys(index, entries, count));
}

void write_pages(Relation index, const PlacedEntry* entries, Size count) {
  MemoryContext const context =
      AllocSetContextCreate(CurrentMemoryContext, "pages of an index", ALLOCSET_DEFAULT_SIZES);
  MemoryContext const caller = MemoryContextSwitchTo(context);
  PageWriter writer = {};
  writer.index = index;
  writer.next = BTREE_METAPAGE + 1;
  auto* const memory = static_cast<char*>(palloc(static_cast<Size>(batch_pages) * BLCKSZ + page_alignment));
  char* const first = memory + (TYPEALIGN(page_alignment, memory) - reinterpret_cast<uintptr_t>(memory));
  for (int i = 0; i < batch_pages; ++i) {
    writer.pages[i] = first + static_cast<Size>(i) * BLCKSZ;
  }
  write_metapage(writer, P_NONE, 0);
  uint32 number = 0;
  Level level = write_leaves(writer, entries, count);
  while (level.count > 1) {
    level = write_links(writer, level, ++number);
  }
  const BlockNumber root = number_at_hand(writer);
  write_out(writer);
  write_metapage(writer, root, number);
  // Nobody else knows that it was written: a checkpoint that came meanwhile would not have synced it.
  if (RelationNeedsWAL(index)) {
    smgrimmedsync(RelationGetSmgr(index), MAIN_FORKNUM);
  }
  MemoryContextSwitchTo(caller);
  MemoryContextDelete(context);
}

} // namespace lifecycle::loader
