// Limits that settings may change (lifecycle_ledger.max_document_bytes and its neighbours); the defaults
// serve the unit tests and the tools that use the cores outside the server.
#pragma once

#include <cstddef>

namespace lifecycle {

struct Limits {
  std::size_t max_document_bytes = 256UL * 1024 * 1024;
  unsigned max_depth = 1000;
  std::size_t max_condition_steps = 1'000'000;
  std::size_t max_event_bytes = 8UL * 1024 * 1024;
};

inline Limits limits;

} // namespace lifecycle
