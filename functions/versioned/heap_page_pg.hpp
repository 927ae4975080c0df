// One page of a heap at a time, pinned and share-locked while the rows on it are read. Plain data. Server code, outside
// guard.
#pragma once

#include "functions/versioned/page_finder_pg.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/bufmgr.h"
}

namespace lifecycle::versioned {

struct HeapPage {
  Relation table;
  Buffer buffer = InvalidBuffer;
  BlockNumber block = InvalidBlockNumber;
};

inline void leave_page(HeapPage* page) {
  if (BufferIsValid(page->buffer)) {
    UnlockReleaseBuffer(page->buffer);
  }
  page->buffer = InvalidBuffer;
  page->block = InvalidBlockNumber;
}

// `hint`: where a PageFinder saw it.
inline void turn_to_page(HeapPage* page, BlockNumber block, Buffer hint) {
  if (page->block == block) {
    return;
  }
  leave_page(page);
  CHECK_FOR_INTERRUPTS();
  page->buffer = read_found(page->table, block, hint);
  page->block = block;
  LockBuffer(page->buffer, BUFFER_LOCK_SHARE);
}

} // namespace lifecycle::versioned
