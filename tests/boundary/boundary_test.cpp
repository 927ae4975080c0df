// Module entry and what the tests look at: live objects, the server's stacks, memory.
#include "tests/boundary/boundary_test.hpp"

#include <cstdio>
#include <exception>

#include "functions/core/interrupt.hpp"

extern "C" {
#include "executor/spi.h"
#include "utils/builtins.h"

PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init();
}

void _PG_init() { lifecycle::interrupt_hook = lifecycle::pg::interrupt_hook; }

namespace boundary_test {

void execute(const char* sql) {
  if (SPI_connect() != SPI_OK_CONNECT) {
    elog(ERROR, "SPI_connect failed");
  }
  if (SPI_execute(sql, false, 0) < 0) {
    elog(ERROR, "SPI_execute failed");
  }
  SPI_finish();
}

} // namespace boundary_test

using boundary_test::Counted;

LIFECYCLE_FUNCTION(boundary_objects_made) { PG_RETURN_INT64(Counted::made); }

LIFECYCLE_FUNCTION(boundary_objects_alive) { PG_RETURN_INT64(Counted::made - Counted::destroyed); }

// An exception that an ereport has jumped out of stays "in flight" for the rest of the backend's life.
LIFECYCLE_FUNCTION(boundary_exception_in_flight) {
  PG_RETURN_BOOL(std::current_exception() != nullptr || std::uncaught_exceptions() != 0);
}

// The same at the same place of two statements, unless something left a jump buffer or a context callback behind.
LIFECYCLE_FUNCTION(boundary_stacks) {
  PG_RETURN_TEXT_P(cstring_to_text(
      psprintf("%p %p", static_cast<void*>(PG_exception_stack), static_cast<void*>(error_context_stack))));
}

// Private memory of this backend in kB, as the kernel counts it.
LIFECYCLE_FUNCTION(boundary_memory_kb) {
  long size = 0;
  long resident = 0;
  long shared = 0;
  FILE* const file = fopen("/proc/self/statm", "r");
  if (file == nullptr || fscanf(file, "%ld %ld %ld", &size, &resident, &shared) != 3) {
    elog(ERROR, "cannot read /proc/self/statm");
  }
  fclose(file);
  PG_RETURN_INT64((resident - shared) * 4);
}
