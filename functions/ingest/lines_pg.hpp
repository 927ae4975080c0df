// What the runs over the inbox and over its dead letters share: the judge with the contract and the sources as the
// present statement sees them, and the batch the lines go into.
#pragma once

#include "functions/event/contract_cache_pg.hpp"
#include "functions/ingest/batch.hpp"
#include "functions/pg/boundary.hpp"

namespace lifecycle::ingest {

// How many lines go into one batch, and how much memory their events may take: then they are placed.
inline constexpr int batch_lines = 20000;
inline constexpr std::size_t batch_bytes = 16UL * 1024 * 1024;

// A row as it came. One of the two forms should be there.
struct Line {
  bool has_source;
  bool has_line;
  bool has_bytes;
  Datum source;
  Datum line;
  Datum bytes;
  std::int64_t received_at;
};

struct Lines; // of this backend, kept from call to call

// For one call of an SQL function, within its SPI connection.
Lines* open_lines(FunctionCallInfo fcinfo);

Batch& batch_of(Lines* lines);

// The version of the contract that judges.
Datum contract_version();

// Judges a line into the batch.
void judge_line(Lines* lines, const Line& line);

// Whether the line would be an event under another contract; nothing is kept.
bool would_be_event(Lines* lines, const Line& line, event::Contract& contract);

} // namespace lifecycle::ingest
