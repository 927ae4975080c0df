// Declares an SQL-callable C function. The body is written as C around pg::guard (see boundary.hpp).
#pragma once

#include "functions/pg/boundary.hpp"

#define LIFECYCLE_FUNCTION(name)                                                                                       \
  extern "C" {                                                                                                         \
  PG_FUNCTION_INFO_V1(name);                                                                                           \
  PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                                                            \
  }                                                                                                                    \
  Datum name([[maybe_unused]] PG_FUNCTION_ARGS)
