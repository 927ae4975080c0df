// Where a row lies in its table as a number that sorts in the order in which the rows lie there.
#pragma once

#include "functions/versioned/batch.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace lifecycle::versioned {

inline Batch::Place pack(const ItemPointerData* tid) {
  return static_cast<Batch::Place>(ItemPointerGetBlockNumberNoCheck(tid)) << 16U |
         ItemPointerGetOffsetNumberNoCheck(tid);
}

inline ItemPointerData unpack(Batch::Place place) {
  ItemPointerData tid;
  ItemPointerSet(&tid, static_cast<BlockNumber>(place >> 16U), static_cast<OffsetNumber>(place & 0xFFFFU));
  return tid;
}

} // namespace lifecycle::versioned
