// Whether this backend is placing events that ingestion has judged and whose keys it keeps itself: the triggers of
// events and event_keys then have nothing left to do. Set around single statements, in C.
#pragma once

#include "functions/pg/boundary.hpp"

namespace lifecycle::ingest {

inline bool placing = false;

// Runs `body`, server code, with the flag set; it is as before afterwards, also when an error passes.
template <typename Body>
void while_placing(Body&& body) {
  const bool before = placing;
  PG_TRY();
  {
    placing = true;
    body();
  }
  PG_FINALLY();
  { placing = before; }
  PG_END_TRY();
}

} // namespace lifecycle::ingest
