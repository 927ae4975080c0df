// Lets the processor fetch rows of a heap that will be read soon, in a known order: the page's header and the row's
// line pointer first, then the row. Pages that are not in memory are asked of the disk.
//
// What is read here unpinned serves as a hint only: by then another page may lie there.
#pragma once

#include <cstring>

#include "functions/pg/boundary.hpp"
#include "functions/versioned/places_pg.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/rel.h"
}

namespace lifecycle::versioned {

// PlaceAt gives the place of the row at an index. Plain data.
template <typename PlaceAt>
class LookAhead {
 public:
  LookAhead(Relation table, std::size_t count, PlaceAt place_at) : table_(table), count_(count), place_at_(place_at) {}

  // Before the row at this index is read; indexes come one after another.
  void step(std::size_t index) {
    if (index + pages_ahead < count_) {
      look_for_page(index + pages_ahead);
    }
    if (index + rows_ahead < count_) {
      look_for_row(index + rows_ahead);
    }
  }

 private:
  static constexpr std::size_t pages_ahead = 12;
  static constexpr std::size_t rows_ahead = 6;
  static constexpr std::size_t ring_size = 16;
  static constexpr std::size_t line = 64;
  static constexpr std::size_t row_lines = 6;

  struct Seen {
    const char* page;
    std::size_t pointer; // where in the page the row's line pointer lies; 0: not known
  };

  void look_for_page(std::size_t index) {
    const ItemPointerData tid = unpack(place_at_(index));
    const BlockNumber block = ItemPointerGetBlockNumber(&tid);
    if (block != block_) {
      block_ = block;
      const Buffer buffer = PrefetchBuffer(table_, MAIN_FORKNUM, block).recent_buffer;
      page_ =
          BufferIsValid(buffer) && !BufferIsLocal(buffer) ? static_cast<const char*>(BufferGetPage(buffer)) : nullptr;
      if (page_ != nullptr) {
        __builtin_prefetch(page_);
      }
    }
    const std::size_t pointer = SizeOfPageHeaderData + sizeof(ItemIdData) * (ItemPointerGetOffsetNumber(&tid) - 1U);
    Seen& seen = ring_[index % ring_size];
    seen = {page_, page_ != nullptr && pointer + sizeof(ItemIdData) <= BLCKSZ ? pointer : 0};
    if (seen.pointer != 0) {
      __builtin_prefetch(page_ + pointer);
    }
  }

  void look_for_row(std::size_t index) const {
    const Seen& seen = ring_[index % ring_size];
    if (seen.pointer == 0) {
      return;
    }
    ItemIdData item;
    std::memcpy(&item, seen.page + seen.pointer, sizeof item);
    const std::size_t row = ItemIdGetOffset(&item);
    for (std::size_t i = row; i < row + row_lines * line && i < BLCKSZ; i += line) {
      __builtin_prefetch(seen.page + i);
    }
  }

  Relation table_;
  std::size_t count_;
  PlaceAt place_at_;
  BlockNumber block_ = InvalidBlockNumber;
  const char* page_ = nullptr;
  Seen ring_[ring_size] = {};
};

} // namespace lifecycle::versioned
