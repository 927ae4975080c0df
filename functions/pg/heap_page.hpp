// A heap page looked at from one of its rows, for guesses about the rows after it: nothing here is checked by locks,
// the page may be of any kind, and it may change under our eyes. Whatever its numbers say, nothing outside of it is
// looked at.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/htup_details.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
}

namespace lifecycle::pg {

struct PageTuple {
  const char* begin; // nullptr: none
  unsigned size;
};

// The page of shared buffers that an address lies in; nullptr where it lies elsewhere.
inline const char* shared_page_of(const char* at) noexcept {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(at) - reinterpret_cast<std::uintptr_t>(BufferBlocks);
  return offset < static_cast<std::uintptr_t>(NBuffers) * BLCKSZ ? at - offset % BLCKSZ : nullptr;
}

inline OffsetNumber last_item(const char* page) noexcept {
  const auto* const header = reinterpret_cast<const PageHeaderData*>(page);
  const Size lower = header->pd_lower;
  return lower <= SizeOfPageHeaderData || lower > BLCKSZ
             ? InvalidOffsetNumber
             : static_cast<OffsetNumber>((lower - SizeOfPageHeaderData) / sizeof(ItemIdData));
}

inline PageTuple tuple_of(const char* page, OffsetNumber item) noexcept {
  const ItemIdData line = reinterpret_cast<const PageHeaderData*>(page)->pd_linp[item - 1];
  const unsigned offset = line.lp_off;
  const unsigned size = line.lp_len;
  if (line.lp_flags != LP_NORMAL || offset % MAXIMUM_ALIGNOF != 0 || offset + size > BLCKSZ ||
      size < SizeofHeapTupleHeader) {
    return {nullptr, 0};
  }
  return {page + offset, size};
}

inline bool holds(const PageTuple& tuple, const char* at) noexcept {
  return at >= tuple.begin && at < tuple.begin + tuple.size;
}

// The item whose tuple holds this address, looked for after `item`, as a scan goes; none where it is not near.
inline OffsetNumber next_item_at(const char* page, const char* at, OffsetNumber item, OffsetNumber last) noexcept {
  constexpr int farthest = 8; // how many items a scan may leave out on the way to its next row
  for (int next = item + 1; next <= item + farthest && next <= last; ++next) {
    if (holds(tuple_of(page, static_cast<OffsetNumber>(next)), at)) {
      return static_cast<OffsetNumber>(next);
    }
  }
  return InvalidOffsetNumber;
}

} // namespace lifecycle::pg
