// How each column of a row is written: decided once a statement, so that a row costs no catalog look-up.
// Server code: everything here may ereport and is called outside guard or inside pg::call. The plans are plain data.
#pragma once

#include <cstdint>
#include <string_view>

#include "functions/core/utc_time.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace lifecycle::row {

// What a value is, domains looked through.
enum class Form : std::uint8_t {
  boolean,
  int16,
  int32,
  int64,
  float32,
  float64,
  numeric,
  text,        // text, varchar
  padded_text, // char(n)
  name,
  uuid,
  bytea,
  date,
  time,
  timestamp,
  timestamptz,
  interval,
  json,
  jsonb,
  array,
  composite,
  json_cast, // a type that its author gave a cast to json
  other,     // whatever its output function says
};

struct RowPlan;

struct TypePlan {
  Form form;
  Oid type;
  MemoryContext context; // where what is learnt later goes
  FmgrInfo convert;      // json_cast, other: the cast, or the output function
  TypePlan* element;     // array: of the last array's elements, or null
  Oid element_type;      // as declared
  int16 element_length;
  bool element_by_value;
  char element_align;
  char element_delimiter; // between elements in the type's literals
  RowPlan* row;           // composite: of the last value's row type, or null
  DayMemo day;            // times: the last day written
};

void plan_type(TypePlan* plan, Oid type, MemoryContext context);

inline constexpr std::size_t key_block = 32;

struct ColumnPlan {
  TypePlan type;
  // Ready to write before the value: {"name": for the first column, ,"name": for the others. Readable in whole blocks.
  const char* key;
  std::uint32_t key_size;
  std::uint32_t attribute; // its place among the values, dropped columns included
};

struct RowPlan {
  MemoryContext context; // its own, so that it can be replaced
  std::uint64_t identifier;
  Oid type;
  int32 typmod;
  TupleDesc descriptor; // null where the columns come as arguments
  int column_count;
  ColumnPlan* columns;
  Datum* values; // of the row being written, one an attribute
  bool* nulls;
};

// The plan for a record; `known` is returned where it still fits, else replaced. Fills values and nulls.
RowPlan* plan_record(RowPlan* known, HeapTupleHeader record, MemoryContext parent);

// The plan for rows of a query, whose values and nulls the caller points to each row's.
RowPlan* plan_query(TupleDesc descriptor, MemoryContext parent);

// The plan for a function called with (names text[], VARIADIC columns), made at its first call and kept in fn_extra.
// Fills values and nulls.
RowPlan* plan_columns(FunctionCallInfo fcinfo);

} // namespace lifecycle::row
