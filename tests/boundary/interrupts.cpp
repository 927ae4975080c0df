// Loops that only an interrupt ends.
#include "tests/boundary/boundary_test.hpp"

#include "functions/core/interrupt.hpp"

using boundary_test::Counted;
namespace pg = lifecycle::pg;

namespace {

[[noreturn]] void spin() {
  const Counted counted;
  volatile unsigned steps = 0;
  for (;;) {
    steps = steps + 1;
    if (steps % lifecycle::interrupt_interval == 0) {
      lifecycle::poll_interrupts();
    }
  }
}

} // namespace

LIFECYCLE_FUNCTION(boundary_spin) {
  pg::guard([] { spin(); });
  PG_RETURN_NULL();
}

// As a library would that turns every exception into a result of its own.
LIFECYCLE_FUNCTION(boundary_spin_and_swallow) {
  pg::guard([] {
    try {
      spin();
    } catch (...) {
      // Nothing: the guard has to deliver the cancel.
    }
  });
  PG_RETURN_NULL();
}

// The interrupt holdoff of a caller is respected, and ends with the error: n polls with interrupts held, then one
// without.
LIFECYCLE_FUNCTION(boundary_held_interrupts) {
  const int32 polls = PG_GETARG_INT32(0);
  InterruptPending = true;
  QueryCancelPending = true;
  HOLD_INTERRUPTS();
  pg::guard([&] {
    const Counted counted;
    for (int32 i = 0; i < polls; ++i) {
      lifecycle::poll_interrupts();
    }
  });
  RESUME_INTERRUPTS();
  pg::guard([] {
    const Counted counted;
    lifecycle::poll_interrupts();
  });
  PG_RETURN_NULL();
}
