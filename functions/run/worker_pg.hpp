// What _in_workers() and the workers it starts have in common: the contents of the shared memory segment of a command.
#pragma once

#include <cstring>

#include "functions/pg/boundary.hpp"

extern "C" {
#include "storage/dsm.h"
#include "storage/shm_mq.h"
#include "storage/shm_toc.h"
}

namespace lifecycle::run {

constexpr uint64 order_magic = 0x4C45444745520001; // "LEDGER"

constexpr uint64 order_key = 1;
constexpr uint64 command_key = 2;  // SQL, zero-terminated
constexpr uint64 settings_key = 3; // of SerializeGUCState()
constexpr uint64 queue_key = 4;    // messages of the frontend protocol

struct Order {
  Oid database;
  Oid authenticated_user;
  Oid user;
  bool done; // set by the worker, once all of the command is committed
};

} // namespace lifecycle::run
