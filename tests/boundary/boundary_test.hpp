// Shared by the files of the test module.
#pragma once

#include "functions/pg/boundary.hpp"
#include "functions/pg/function.hpp"

namespace boundary_test {

// Counts the destructors that run: after any call, as many objects were destroyed as were made.
class Counted {
 public:
  Counted() noexcept { ++made; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { ++destroyed; }

  static inline int64 made = 0;
  static inline int64 destroyed = 0;
};

// Runs one SQL statement, as server code does: may ereport.
void execute(const char* sql);

} // namespace boundary_test
