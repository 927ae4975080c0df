// Fetches the next rows of a scan while a function works on the present one. A row of a few hundred bytes lies in many
// lines of memory, and waiting for them costs as much as the work on them; where the next rows lie is told by the items
// of the heap page that holds the present one. A guess only: nothing depends on it but time.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/off.h"
}

namespace lifecycle::pg {

class RowsAhead {
 public:
  // The value that the present row is asked about.
  void at_value(Datum value) noexcept;

 private:
  const char* page_ = nullptr;
  OffsetNumber item_ = InvalidOffsetNumber; // of the present row
};

} // namespace lifecycle::pg
