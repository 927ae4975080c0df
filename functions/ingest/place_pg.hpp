// Places a batch's events: their keys, then the months they need, then the events. Server code within an SPI
// connection; it may ereport, and leaves all clean-up to the transaction's abort.
#pragma once

#include "functions/ingest/batch.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace lifecycle::ingest {

// Afterwards no row of the batch is pending. Raises serialization_failure where a key vanished meanwhile: to be tried
// again from the start.
void place_events(Batch& batch);

// A plan made once and kept for the session; the server makes it anew when tables change.
SPIPlanPtr kept_plan(SPIPlanPtr* kept, const char* query, int count, Oid* types);

// The rows it processed. `nulls` as SPI has them, or null.
uint64 run_plan(SPIPlanPtr plan, Datum* values, const char* nulls = nullptr);

} // namespace lifecycle::ingest
