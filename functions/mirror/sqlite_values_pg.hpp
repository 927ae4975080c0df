// Binds PostgreSQL values to SQLite's: integers, floats, booleans (0 and 1) and bytea as such, all else as text in one
// form whatever the session's settings: times as YYYY-MM-DD HH:MM:SS[.ffffff] in UTC, so that SQLite's date functions
// take them and texts compare as times do; jsonb in canonical form (RFC 8785, numbers exact).
#pragma once

#include "functions/core/utc_time.hpp"
#include "functions/mirror/sqlite_writer.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "executor/tuptable.h"
}

namespace lifecycle::mirror {

enum class ValueKind : std::uint8_t {
  smallint,
  integer,
  bigint,
  oid,
  boolean,
  real,
  double_precision,
  text,
  bytea,
  timestamp,
  date,
  uuid,
  jsonb,
  other
};

// How one column of a query is bound; plain data.
struct ColumnBinding {
  ValueKind kind;
  FmgrInfo output; // of the kind `other`
};

// Server code: looks the type up.
ColumnBinding binding_of(Oid type);

Affinity affinity_of(ValueKind kind);

// Server code around a guard: binds every column of the row and inserts it. What it allocates goes into the current
// memory context and may go away after. Values of `other` types come through their output functions, which depend on
// settings: the caller pins DateStyle, IntervalStyle, TimeZone and extra_float_digits.
void insert_row(SqliteWriter& writer, TupleTableSlot* row, ColumnBinding* bindings, DayMemo& memo);

} // namespace lifecycle::mirror
