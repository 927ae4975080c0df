// Runs one SELECT, its rows going straight from the executor to a receiver of our own.
#pragma once

#include "functions/pg/boundary.hpp"

extern "C" {
#include "tcop/dest.h"
}

namespace lifecycle::loader {

// Inside SPI_connect(). The plan may be a parallel one. read_only: under the active snapshot, which the calling query
// shares; else under a new one.
void run_query(const char* query, bool read_only, DestReceiver* receiver);

// Inside SPI_connect(): runs one statement that writes, which reads under the active snapshot, as a query before it
// did. Returns how many rows it wrote.
int64 run_writing(const char* statement);

} // namespace lifecycle::loader
