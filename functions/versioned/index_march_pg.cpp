#include "functions/versioned/index_march_pg.hpp"

extern "C" {
#include "access/nbtree.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
}

#include "functions/versioned/page_finder_pg.hpp"
#include "functions/versioned/places_pg.hpp"

namespace lifecycle::versioned {
namespace {

constexpr BlockNumber no_page = InvalidBlockNumber;

// NOLINTBEGIN(readability-non-const-parameter): the server's macros take a Page
BTPageOpaque opaque_of(Page page) { return reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page)); }

IndexTuple item_of(Page page, OffsetNumber offset) {
  return reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, offset)));
}
// NOLINTEND(readability-non-const-parameter)

// Has the processor fetch a page that will be looked at next, a few lines at a time while it does other things: all at
// once would hold it up.
class NextPage {
 public:
  explicit NextPage(const char* page) : at_(page), end_(page == nullptr ? nullptr : page + BLCKSZ) {}

  void fetch_some() {
    for (int i = 0; i < lines_at_a_time && at_ != end_; ++i, at_ += line) {
      __builtin_prefetch(at_);
    }
  }

 private:
  static constexpr int line = 64;
  static constexpr int lines_at_a_time = 8;
  const char* at_;
  const char* end_;
};

// The march through one page, whose buffer is locked. Inside guard.
class Leaf {
 public:
  Leaf(const Target& target, Batch& batch, Page page, const char* next_page)
      : target_(target), batch_(batch), page_(page), last_(PageGetMaxOffsetNumber(page)), next_page_(next_page) {}

  // Looks for the entries from `entry` on, as far as this page goes. Returns the first that may lie on a later one.
  std::size_t look_for(std::size_t entry, std::size_t every) {
    OffsetNumber at = P_FIRSTDATAKEY(opaque_of(page_));
    for (; entry < batch_.size(); entry += every) {
      next_page_.fetch_some();
      at = first_not_before(at, entry);
      while (at <= last_ && order(entry, at) == 0) {
        note(entry, item_of(page_, at));
        ++at;
      }
      if (at > last_) {
        break; // more of this key may follow on the next page
      }
    }
    return entry;
  }

  // The child in which the entry's key must be looked for: of those that begin before it, the last.
  BlockNumber child_for(std::size_t entry) {
    OffsetNumber low = P_FIRSTDATAKEY(opaque_of(page_)); // begins before every key, whatever its bytes
    OffsetNumber high = last_;
    while (low < high) {
      const auto middle = static_cast<OffsetNumber>(low + (high - low + 1) / 2);
      if (order(entry, middle) > 0) {
        low = middle;
      } else {
        high = static_cast<OffsetNumber>(middle - 1);
      }
    }
    return BTreeTupleGetDownLink(item_of(page_, low));
  }

 private:
  // How the entry's key stands to the index's. A pivot may have fewer columns: then it stands for the lowest key that
  // begins so.
  int order(std::size_t entry, OffsetNumber offset) {
    IndexTuple const item = item_of(page_, offset);
    const int count = Min(static_cast<int>(BTreeTupleGetNAtts(item, target_.index)), target_.key->count);
    return target_.key->words != 0 ? compare_with_index(*target_.key, batch_.head(entry), count, item)
                                   : batch_.compare(entry, key_of(item, count));
  }

  std::string_view key_of(IndexTuple item, int count) {
    Datum values[INDEX_MAX_KEYS];
    if (target_.key->has_texts) {
      pg::call([&] { fetch_index_key(*target_.key, count, item, RelationGetDescr(target_.index), values); });
    } else {
      fetch_index_key(*target_.key, count, item, RelationGetDescr(target_.index), values);
    }
    put_key(*target_.key, count, values, *target_.key_bytes);
    return target_.key_bytes->view();
  }

  // Gallops: the next key is often near.
  OffsetNumber first_not_before(OffsetNumber from, std::size_t entry) {
    unsigned low = from;
    unsigned high = from;
    for (unsigned step = 1; high <= last_ && order(entry, static_cast<OffsetNumber>(high)) > 0; step *= 2) {
      low = high + 1;
      high += step;
    }
    high = Min(high, static_cast<unsigned>(last_) + 1);
    while (low < high) {
      const unsigned middle = low + (high - low) / 2;
      if (order(entry, static_cast<OffsetNumber>(middle)) > 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return static_cast<OffsetNumber>(low);
  }

  void note(std::size_t entry, IndexTuple item) {
    if (!BTreeTupleIsPosting(item)) {
      batch_.found(entry, pack(&item->t_tid));
      return;
    }
    for (int i = 0; i < BTreeTupleGetNPosting(item); ++i) {
      batch_.found(entry, pack(BTreeTupleGetPostingN(item, i)));
    }
  }

  const Target& target_;
  Batch& batch_;
  Page page_;
  OffsetNumber last_;
  NextPage next_page_;
};

Buffer read_page(Relation index, BlockNumber number) {
  Buffer const buffer = ReadBuffer(index, number);
  LockBuffer(buffer, BUFFER_LOCK_SHARE);
  return buffer;
}

BlockNumber root_of(Relation index) {
  Buffer const buffer = read_page(index, BTREE_METAPAGE);
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the page of a pinned buffer
  const BlockNumber root = BTPageGetMeta(BufferGetPage(buffer))->btm_root;
  UnlockReleaseBuffer(buffer);
  return root == P_NONE ? no_page : root;
}

// The leaf on which the entry's key would lie, or one to the left of it; `no_page` in an empty index.
BlockNumber descend(const Target& target, Batch* batch, std::size_t entry) {
  BlockNumber number = root_of(target.index);
  while (number != no_page) {
    Buffer const buffer = read_page(target.index, number);
    Page const page = BufferGetPage(buffer);
    BTPageOpaque const opaque = opaque_of(page);
    const bool is_leaf = P_ISLEAF(opaque);
    BlockNumber next = number;
    if (P_IGNORE(opaque)) { // it was emptied meanwhile: what belongs there is further right now
      next = P_RIGHTMOST(opaque) ? no_page : opaque->btpo_next;
    } else if (!is_leaf) {
      next = pg::guard([&] { return Leaf(target, *batch, page, nullptr).child_for(entry); });
    }
    UnlockReleaseBuffer(buffer);
    if (next == number) {
      return number;
    }
    number = next;
  }
  return no_page;
}

} // namespace

void march(const Target& target, Batch* batch, std::size_t every) {
  PageFinder pages(target.index);
  BlockNumber number = no_page;
  bool descended = false;
  std::size_t sought = batch->size(); // the entry of the last descent
  for (std::size_t entry = 0; entry < batch->size();) {
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(target.row_context);
    if (number == no_page) {
      number = descend(target, batch, entry);
      descended = true;
      sought = entry;
      if (number == no_page) {
        return;
      }
    }
    // Where pages are read one after another, much of the next one will be looked at too.
    Buffer const buffer = read_found(target.index, number, descended ? InvalidBuffer : pages.find(number));
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page const page = BufferGetPage(buffer);
    BTPageOpaque const opaque = opaque_of(page);
    const BlockNumber right = P_RIGHTMOST(opaque) ? no_page : opaque->btpo_next;
    const bool is_empty = P_IGNORE(opaque);
    std::size_t next = entry;
    if (!is_empty) {
      Buffer const then = descended || right == no_page ? InvalidBuffer : pages.find(right);
      const char* const next_page = BufferIsValid(then) ? PageFinder::page(then) : nullptr;
      MemoryContext const caller = MemoryContextSwitchTo(target.row_context);
      next = pg::guard([&] { return Leaf(target, *batch, page, next_page).look_for(entry, every); });
      MemoryContextSwitchTo(caller);
    }
    UnlockReleaseBuffer(buffer);
    if (right == no_page) {
      return; // no key of the index is higher
    }
    // To the right while keys are found close together; else the next one is looked for from the root. But not twice:
    // where a split was left half done, what the root leads to lies several pages to the left.
    const bool is_sparse = descended ? next == entry + every : next == entry && next != sought;
    number = is_sparse && !is_empty ? no_page : right;
    descended = false;
    entry = next;
  }
}

} // namespace lifecycle::versioned
