// Where pages of a relation that will be read soon lie in shared memory, so that the processor can fetch them ahead,
// and reading them need not look for them again. Pages that are not in memory are asked of the disk.
//
// Nothing is pinned: what is found serves as a hint only, by then another page may lie there.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/buf_internals.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
}

namespace lifecycle::versioned {

class PageFinder {
 public:
  explicit PageFinder(Relation relation) : relation_(relation) {}

  // InvalidBuffer where it is not known, as for temporary tables.
  Buffer find(BlockNumber block) {
    if (block == block_) {
      return buffer_;
    }
    Buffer buffer = neighbour(block);
    if (!BufferIsValid(buffer)) {
      buffer = PrefetchBuffer(relation_, MAIN_FORKNUM, block).recent_buffer;
    }
    block_ = block;
    buffer_ = BufferIsValid(buffer) && !BufferIsLocal(buffer) ? buffer : InvalidBuffer;
    return buffer_;
  }

  static const char* page(Buffer buffer) { return static_cast<const char*>(BufferGetPage(buffer)); }

 private:
  // A table that came into memory as a whole lies there as on disk: then the search of the buffer table, which costs as
  // much as reading a row, is spared.
  [[nodiscard]] Buffer neighbour(BlockNumber block) const {
    const int64 guess = static_cast<int64>(buffer_) + block - block_;
    if (!BufferIsValid(buffer_) || guess <= 0 || guess > NBuffers) {
      return InvalidBuffer;
    }
    BufferTag wanted;
    const BufferTag found = GetBufferDescriptor(static_cast<uint32>(guess - 1))->tag;
#if PG_VERSION_NUM >= 160000
    InitBufferTag(&wanted, &relation_->rd_locator, MAIN_FORKNUM, block);
    const bool is_it = BufferTagsEqual(&wanted, &found);
#else
    INIT_BUFFERTAG(wanted, relation_->rd_node, MAIN_FORKNUM, block);
    const bool is_it = BUFFERTAGS_EQUAL(wanted, found);
#endif
    return is_it ? static_cast<Buffer>(guess) : InvalidBuffer;
  }

  Relation relation_;
  BlockNumber block_ = InvalidBlockNumber;
  Buffer buffer_ = InvalidBuffer;
};

// Pins the page that find() was asked for.
inline Buffer read_found(Relation relation, BlockNumber block, Buffer hint) {
#if PG_VERSION_NUM >= 160000
  const bool is_there = BufferIsValid(hint) && ReadRecentBuffer(relation->rd_locator, MAIN_FORKNUM, block, hint);
#else
  const bool is_there = BufferIsValid(hint) && ReadRecentBuffer(relation->rd_node, MAIN_FORKNUM, block, hint);
#endif
  return is_there ? hint : ReadBuffer(relation, block);
}

} // namespace lifecycle::versioned
