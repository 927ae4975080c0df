#include "functions/loader/leaf_search_pg.hpp"

#include <cstring>

extern "C" {
#include "access/nbtree.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
}

namespace lifecycle::loader {
namespace {

struct Key {
  const char* data;
  Size size;
};

// NOLINTBEGIN(readability-non-const-parameter): the server's macros take a Page
BTPageOpaque opaque_of(Page page) { return reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page)); }

IndexTuple item_of(Page page, OffsetNumber offset) {
  return reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, offset)));
}

// How an entry stands to the key: below 0, 0, or above 0. An entry without columns stands before every key.
int order(Relation index, Page page, OffsetNumber offset, const Key& key) {
  IndexTuple const item = item_of(page, offset);
  if (BTreeTupleGetNAtts(item, index) == 0) {
    return -1;
  }
  bool is_null = false;
  const Datum value = index_getattr(item, 1, RelationGetDescr(index), &is_null);
  if (is_null) {
    return 1; // nulls come last
  }
  auto* const stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
  varlena* const text = pg_detoast_datum_packed(stored);
  const Size size = VARSIZE_ANY_EXHDR(text);
  int result = std::memcmp(VARDATA_ANY(text), key.data, Min(size, key.size));
  if (result == 0 && size != key.size) {
    result = size < key.size ? -1 : 1;
  }
  if (text != stored) {
    pfree(text);
  }
  return result;
}

// The first entry from `low` on that does not stand before the key; one past the last if all do.
OffsetNumber first_not_before(Relation index, Page page, OffsetNumber low, const Key& key) {
  unsigned from = low;
  unsigned to = PageGetMaxOffsetNumber(page) + 1U;
  while (from < to) {
    const unsigned middle = from + (to - from) / 2;
    if (order(index, page, static_cast<OffsetNumber>(middle), key) < 0) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return static_cast<OffsetNumber>(from);
}

// The child in which the key must be looked for: of those that begin before it, the last. The first one's entry is not
// looked at: it begins before every key.
BlockNumber child_for(Relation index, Page page, const Key& key) {
  const OffsetNumber first = P_FIRSTDATAKEY(opaque_of(page));
  const OffsetNumber at = first_not_before(index, page, OffsetNumberNext(first), key);
  return BTreeTupleGetDownLink(item_of(page, OffsetNumberPrev(at)));
}

// Whether every entry of the key is on this page or further right, and it is no detour to begin here.
bool may_begin(Relation index, Page page, const Key& key) {
  BTPageOpaque const opaque = opaque_of(page);
  if (P_IGNORE(opaque) || !P_ISLEAF(opaque) || PageGetMaxOffsetNumber(page) < P_FIRSTDATAKEY(opaque)) {
    return false;
  }
  return order(index, page, P_FIRSTDATAKEY(opaque), key) < 0 &&
         (P_RIGHTMOST(opaque) || order(index, page, P_HIKEY, key) >= 0);
}
// NOLINTEND(readability-non-const-parameter)

Buffer read_page(Relation index, BlockNumber number) {
  Buffer const buffer = ReadBuffer(index, number);
  LockBuffer(buffer, BUFFER_LOCK_SHARE);
  _bt_checkpage(index, buffer);
  return buffer;
}

// The page remembered, locked, where the search may begin there.
Buffer begin_where_it_was(const LeafSearch* search, Relation index, const Key& key) {
  if (search->leaf == InvalidBlockNumber) {
    return InvalidBuffer;
  }
#if PG_VERSION_NUM >= 160000
  const bool is_there = ReadRecentBuffer(index->rd_locator, MAIN_FORKNUM, search->leaf, search->buffer);
#else
  const bool is_there = ReadRecentBuffer(index->rd_node, MAIN_FORKNUM, search->leaf, search->buffer);
#endif
  if (!is_there) {
    return InvalidBuffer;
  }
  LockBuffer(search->buffer, BUFFER_LOCK_SHARE);
  if (may_begin(index, BufferGetPage(search->buffer), key)) {
    return search->buffer;
  }
  UnlockReleaseBuffer(search->buffer);
  return InvalidBuffer;
}

// The leaf on which the key would lie, or one to the left of it, locked; InvalidBuffer in an empty index.
Buffer descend(Relation index, const Key& key) {
  Buffer buffer = read_page(index, BTREE_METAPAGE);
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the page of a pinned buffer
  BlockNumber next = BTPageGetMeta(BufferGetPage(buffer))->btm_root;
  UnlockReleaseBuffer(buffer);
  while (next != P_NONE) {
    buffer = read_page(index, next);
    Page const page = BufferGetPage(buffer);
    BTPageOpaque const opaque = opaque_of(page);
    if (P_IGNORE(opaque)) { // it was emptied meanwhile: what belongs there is further right now
      next = opaque->btpo_next;
    } else if (P_ISLEAF(opaque)) {
      return buffer;
    } else {
      next = child_for(index, page, key);
    }
    UnlockReleaseBuffer(buffer);
    CHECK_FOR_INTERRUPTS();
  }
  return InvalidBuffer;
}

void note(LeafSearch* search, const ItemPointerData* row, MemoryContext context) {
  if (search->rows == nullptr) {
    search->room = 8;
    search->rows = static_cast<ItemPointerData*>(
        MemoryContextAlloc(context, sizeof(ItemPointerData) * static_cast<Size>(search->room)));
  } else if (search->count == search->room) {
    search->room *= 2;
    search->rows = static_cast<ItemPointerData*>(
        repalloc(search->rows, sizeof(ItemPointerData) * static_cast<Size>(search->room)));
  }
  search->rows[search->count++] = *row;
}

void note_rows(LeafSearch* search, Page page, OffsetNumber at, MemoryContext context) {
  // On a standby what the primary calls dead may be seen still.
  if (ItemIdIsDead(PageGetItemId(page, at)) && !TransactionStartedDuringRecovery()) {
    return;
  }
  IndexTuple const item = item_of(page, at);
  if (!BTreeTupleIsPosting(item)) {
    note(search, &item->t_tid, context);
    return;
  }
  for (int i = 0; i < BTreeTupleGetNPosting(item); ++i) {
    note(search, BTreeTupleGetPostingN(item, i), context);
  }
}

// Notes the rows of the key on this page. Whether there may be more on the next one.
bool look_at(LeafSearch* search, Relation index, Page page, const Key& key, MemoryContext context) {
  BTPageOpaque const opaque = opaque_of(page);
  if (P_IGNORE(opaque)) {
    return true;
  }
  const OffsetNumber last = PageGetMaxOffsetNumber(page);
  OffsetNumber at = first_not_before(index, page, P_FIRSTDATAKEY(opaque), key);
  for (; at <= last && order(index, page, at, key) == 0; ++at) {
    note_rows(search, page, at, context);
  }
  return at > last && !P_RIGHTMOST(opaque) && order(index, page, P_HIKEY, key) <= 0;
}

} // namespace

bool can_search_leaves(Relation index, AttrNumber column) {
  return index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
         index->rd_index->indkey.values[0] == column && index->rd_opcintype[0] == TEXTOID &&
         index->rd_indcollation[0] == C_COLLATION_OID && index->rd_indoption[0] == 0 &&
         RelationGetIndexPredicate(index) == NIL;
}

void search_leaves(LeafSearch* search, Relation index, const char* data, Size size, MemoryContext context) {
  const Key key = {data, size};
  search->count = 0;
  Buffer buffer = begin_where_it_was(search, index, key);
  if (!BufferIsValid(buffer)) {
    buffer = descend(index, key);
  }
  search->leaf = InvalidBlockNumber;
  while (BufferIsValid(buffer)) {
    Page const page = BufferGetPage(buffer);
    const BlockNumber right = opaque_of(page)->btpo_next;
    if (!look_at(search, index, page, key, context) || right == P_NONE) {
      search->leaf = BufferGetBlockNumber(buffer);
      search->buffer = buffer;
      UnlockReleaseBuffer(buffer);
      return;
    }
    UnlockReleaseBuffer(buffer);
    CHECK_FOR_INTERRUPTS();
    buffer = read_page(index, right);
  }
}

} // namespace lifecycle::loader
