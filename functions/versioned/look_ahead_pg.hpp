// Lets the processor fetch rows of a heap that will be read soon, in a known order: the page's header and the row's
// line pointer first, then the row.
//
// What is read here unpinned serves as a hint only: by then another page may lie there.
#pragma once

#include <cstring>

#include "functions/versioned/page_finder_pg.hpp"
#include "functions/versioned/places_pg.hpp"

extern "C" {
#include "storage/bufpage.h"
}

namespace lifecycle::versioned {

// PlaceAt gives the place of the row at an index. Plain data.
template <typename PlaceAt>
class LookAhead {
 public:
  LookAhead(Relation table, std::size_t count, PlaceAt place_at) : pages_(table), count_(count), place_at_(place_at) {
    for (std::size_t i = 0; i < pages_ahead && i < count; ++i) {
      look_for_page(i);
    }
  }

  // Before the row at this index is read; indexes come one after another. Returns where its page was seen.
  Buffer step(std::size_t index) {
    if (index + pages_ahead < count_) {
      look_for_page(index + pages_ahead);
    }
    if (index + rows_ahead < count_) {
      look_for_row(index + rows_ahead);
    }
    return ring_[index % ring_size].buffer;
  }

 private:
  static constexpr std::size_t pages_ahead = 12;
  static constexpr std::size_t rows_ahead = 6;
  static constexpr std::size_t ring_size = 16;
  static constexpr std::size_t line = 64;
  static constexpr std::size_t row_lines = 6;

  struct Seen {
    Buffer buffer;
    const char* page;
    std::size_t pointer; // where in the page the row's line pointer lies; 0: not known
  };

  void look_for_page(std::size_t index) {
    const ItemPointerData tid = unpack(place_at_(index));
    Seen& seen = ring_[index % ring_size];
    seen = {InvalidBuffer, nullptr, 0};
    if (!ItemPointerIsValid(&tid)) { // no such row is known
      return;
    }
    const Buffer buffer = pages_.find(ItemPointerGetBlockNumberNoCheck(&tid));
    const std::size_t pointer =
        SizeOfPageHeaderData + sizeof(ItemIdData) * (ItemPointerGetOffsetNumberNoCheck(&tid) - 1U);
    seen.buffer = buffer;
    if (BufferIsValid(buffer) && pointer + sizeof(ItemIdData) <= BLCKSZ) {
      seen.page = PageFinder::page(buffer);
      seen.pointer = pointer;
      __builtin_prefetch(seen.page);
      __builtin_prefetch(seen.page + pointer);
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
    asm volatile(""); // a function that does nothing but prefetch is one without effect to GCC: it leaves out the call
  }

  PageFinder pages_;
  std::size_t count_;
  PlaceAt place_at_;
  Seen ring_[ring_size] = {};
};

} // namespace lifecycle::versioned
