// Numbers of files, handed out to all processes of an export: what the memory that they share holds.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "port/atomics.h"
#include "storage/dsm.h"
}

namespace lifecycle::exporting {

inline constexpr uint64 numbers_magic = 0x4C45444745520002; // "LEDGER"

struct Numbers {
  uint64 magic;
  pg_atomic_uint64 next;
};

} // namespace lifecycle::exporting
