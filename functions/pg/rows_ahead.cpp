#include "functions/pg/rows_ahead.hpp"

#include <algorithm>

#include "functions/pg/heap_page.hpp"

namespace lifecycle::pg {
namespace {

constexpr int distance = 2; // how many rows ahead is fetched

void fetch(const char* from, std::ptrdiff_t size) noexcept {
  constexpr std::ptrdiff_t line = 64;
  constexpr std::ptrdiff_t most = 16 * line; // the rest of a larger row the processor foresees by itself
  for (std::ptrdiff_t at = 0; at < std::min(size, most); at += line) {
    __builtin_prefetch(from + at);
  }
  __builtin_prefetch(from + std::min(size, most) - 1);
}

} // namespace

void RowsAhead::at_value(Datum value) noexcept {
  constexpr std::ptrdiff_t guessed_size = 384;
  const char* const at = DatumGetPointer(value);
  const char* const page = shared_page_of(at);
  if (page == nullptr) {
    fetch(at, guessed_size);
    return;
  }
  if (page != page_) {
    page_ = page;
    item_ = InvalidOffsetNumber;
  }
  const OffsetNumber last = last_item(page);
  if (item_ != InvalidOffsetNumber && item_ <= last && holds(tuple_of(page, item_), at)) { // the same row once more
    return;
  }
  const bool first = item_ == InvalidOffsetNumber;
  item_ = next_item_at(page, at, item_, last);
  if (item_ == InvalidOffsetNumber) { // another order
    fetch(at, guessed_size);
    return;
  }
  for (int item = first ? item_ : item_ + distance; item <= std::min<int>(item_ + distance, last); ++item) {
    if (const PageTuple tuple = tuple_of(page, static_cast<OffsetNumber>(item)); tuple.begin != nullptr) {
      fetch(tuple.begin, tuple.size);
    }
  }
  // The next page of a table lies mostly in the next buffer, its first rows at the end.
  if (const int beyond = item_ + distance - last; beyond > 0) {
    const std::ptrdiff_t size = tuple_of(page, item_).size;
    fetch(page + BLCKSZ, SizeOfPageHeaderData + last * static_cast<std::ptrdiff_t>(sizeof(ItemIdData)));
    fetch(page + 2 * BLCKSZ - beyond * size, size);
  }
}

} // namespace lifecycle::pg
