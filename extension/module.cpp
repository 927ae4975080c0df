// Module entry: settings, hooks of the boundary. Nothing here runs C++ that may throw.
#include "extension/settings.hpp"
#include "functions/condition/regular_expression_pg.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/stack.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
PG_MODULE_MAGIC;
PGDLLEXPORT void _PG_init();
}

void _PG_init() {
  if (IsBinaryUpgrade) {
    return;
  }
  lifecycle::interrupt_hook = lifecycle::pg::interrupt_hook;
  lifecycle::stack_hook = lifecycle::pg::stack_hook;
  lifecycle::condition::install_regular_expressions();
  lifecycle::define_settings();
}
