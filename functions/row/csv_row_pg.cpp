// RowWriter's records of RFC 4180. Arrays and composites are PostgreSQL's literals, so that COPY reads them back.
#include "functions/row/array_walk_pg.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/row_writer_pg.hpp"
#include "functions/row/value_text_pg.hpp"

#include <algorithm>

extern "C" {
#include "utils/lsyscache.h"
}

namespace lifecycle::row {
namespace {

constexpr char cell_delimiter = ',';
constexpr std::string_view end_of_copy = "\\."; // alone on a line COPY takes it for the end of its data

char* output_text(Oid type, Datum value) {
  Oid function = InvalidOid;
  bool is_varlena = false;
  getTypeOutputInfo(type, &function, &is_varlena);
  return OidOutputFunctionCall(function, value);
}

} // namespace

std::string_view RowWriter::write_csv(RowPlan& plan) {
  char* to = buffer_.start();
  for (int i = 0; i < plan.column_count; ++i) {
    ColumnPlan& column = plan.columns[i];
    to = buffer_.room(to, value_room);
    if (i > 0) {
      *to++ = cell_delimiter;
    }
    if (!plan.nulls[column.attribute]) {
      to = append_cell(to, column.type, plan.values[column.attribute], plan.column_count == 1);
    }
  }
  return buffer_.finish(to);
}

// value_room is there.
char* RowWriter::append_cell(char* to, TypePlan& plan, Datum value, bool alone) {
  if (is_plain_scalar(plan.form)) {
    return write_plain_scalar(plan, value, to);
  }
  const std::size_t begin = buffer_.offset_of(to);
  to = append_literal(to, plan, value);
  if (plan.form == Form::numeric) {
    return to;
  }
  const std::string_view text = text_since(begin, to);
  const bool quoted = needs_quotes(text, Quoting::csv, cell_delimiter) || (alone && text == end_of_copy);
  return quoted ? append_quotes(to, begin, Quoting::csv) : to;
}

std::string_view RowWriter::text_since(std::size_t begin, const char* to) const {
  return {buffer_.at(begin), buffer_.offset_of(to) - begin};
}

// Puts what was written since `begin` into quotes.
char* RowWriter::append_quotes(char* to, std::size_t begin, Quoting quoting) {
  to = buffer_.room(to, quotes_size(text_since(begin, to), quoting));
  return put_in_quotes(buffer_.at(begin), to, quoting);
}

// What the type's input function reads. value_room is there.
char* RowWriter::append_literal(char* to, TypePlan& plan, Datum value) {
  if (is_plain_scalar(plan.form)) {
    return write_plain_scalar(plan, value, to);
  }
  if (const std::optional<std::string_view> text = row::text_of(plan, value)) {
    return append(to, *text);
  }
  switch (plan.form) {
    case Form::numeric:
      return append_number(to, bytes_of(value), "");
    case Form::bytea:
      return append_hex(to, "\\x", bytes_of(value));
    case Form::json_cast:
      return append(to, pg::call([&] { return std::string_view(output_text(plan.type, value)); }));
    case Form::array:
      return append_array_literal(to, plan, value);
    case Form::composite:
      return append_composite_literal(to, plan, value);
    default:
      return append_document(to, plan, value);
  }
}

// A value within an array or composite literal.
char* RowWriter::append_part(char* to, TypePlan& plan, Datum value, Quoting quoting, char delimiter) {
  to = buffer_.room(to, value_room);
  const std::size_t begin = buffer_.offset_of(to);
  to = append_literal(to, plan, value);
  return needs_quotes(text_since(begin, to), quoting, delimiter) ? append_quotes(to, begin, quoting) : to;
}

char* RowWriter::append_array_literal(char* to, TypePlan& plan, Datum value) {
  ArrayWalk walk = pg::call([&] { return open_array(plan, value); });
  if (walk.dimensions == 0) {
    return append(to, "{}");
  }
  const int* const last = walk.lower_bounds + walk.dimensions;
  if (std::any_of(walk.lower_bounds, last, [](int bound) { return bound != 1; })) {
    for (int i = 0; i < walk.dimensions; ++i) {
      to = buffer_.room(to, value_room);
      *to++ = '[';
      to = write_integer(walk.lower_bounds[i], to);
      *to++ = ':';
      to = write_integer(std::int64_t{walk.lower_bounds[i]} + walk.sizes[i] - 1, to);
      *to++ = ']';
    }
    to = append(to, "=");
  }
  return append_dimension_literal(to, walk, 0, plan.element_delimiter);
}

char* RowWriter::append_dimension_literal(char* to, ArrayWalk& walk, int dimension, char delimiter) {
  for (int i = 0; i < walk.sizes[dimension]; ++i) {
    to = buffer_.room(to, value_room);
    *to++ = i == 0 ? '{' : delimiter;
    if (dimension + 1 < walk.dimensions) {
      to = append_dimension_literal(to, walk, dimension + 1, delimiter);
      continue;
    }
    const int at = walk.next++;
    to = walk.nulls[at] ? append(to, "NULL")
                        : append_part(to, *walk.element, walk.values[at], Quoting::array, delimiter);
  }
  return append(to, "}");
}

char* RowWriter::append_composite_literal(char* to, TypePlan& plan, Datum value) {
  plan.row = pg::call([&] {
    check_stack_depth();
    return plan_record(plan.row, DatumGetHeapTupleHeader(value), plan.context);
  });
  RowPlan& row = *plan.row;
  to = append(to, "(");
  for (int i = 0; i < row.column_count; ++i) {
    ColumnPlan& column = row.columns[i];
    if (i > 0) {
      to = append(to, ",");
    }
    if (!row.nulls[column.attribute]) {
      to = append_part(to, column.type, row.values[column.attribute], Quoting::composite, cell_delimiter);
    }
  }
  return append(to, ")");
}

} // namespace lifecycle::row
