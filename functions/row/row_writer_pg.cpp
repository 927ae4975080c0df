#include "functions/row/row_writer_pg.hpp"

#include <cmath>
#include <cstring>
#include <memory>
#include <utility>

#include "functions/json/string_writer.hpp"
#include "functions/row/array_walk_pg.hpp"
#include "functions/row/compact_json.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/value_text_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
}

namespace lifecycle::row {
namespace {

// One writer serves the backend, so that its buffer and the shapes of documents it has seen are kept.
constinit std::unique_ptr<json::CanonicalWriter> shared_writer;
constinit bool shared_in_use = false;

constexpr std::string_view null_field = "\\N";
constexpr std::string_view json_null = "null";

bool is_special(const TypePlan& plan, Datum value) {
  switch (plan.form) {
    case Form::float32:
      return !std::isfinite(DatumGetFloat4(value));
    case Form::float64:
      return !std::isfinite(DatumGetFloat8(value));
    default:
      return false;
  }
}

// JSON has numbers and booleans for these.
bool is_bare_in_json(Form form) { return form <= Form::float64; }

std::string_view without_trailing_blanks(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// char(n) counts without its padding where only its value does.
std::optional<std::string_view> text_of(TypePlan& plan, Datum value, Style style) {
  const std::optional<std::string_view> text = row::text_of(plan, value);
  return style == Style::parity && plan.form == Form::padded_text ? without_trailing_blanks(*text) : text;
}

} // namespace

RowWriter::RowWriter(Style style) : writer_(claim()), buffer_(writer_.buffer()), style_(style) {}

RowWriter::~RowWriter() {
  if (!own_) {
    writer_.trim();
    shared_in_use = false;
  }
}

json::CanonicalWriter& RowWriter::claim() {
  if (shared_in_use) {
    return own_.emplace();
  }
  if (!shared_writer) {
    shared_writer = std::make_unique<json::CanonicalWriter>();
  }
  shared_in_use = true;
  return *shared_writer;
}

std::string_view RowWriter::write(RowPlan& plan) {
  switch (style_) {
    case Style::parity:
      return write_fields(plan);
    case Style::csv:
      return write_csv(plan);
    default:
      return write_object(plan);
  }
}

std::string_view RowWriter::write_object(RowPlan& plan, Nulls nulls) {
  return buffer_.finish(append_object(buffer_.start(), plan, nulls));
}

std::string_view RowWriter::write_fields(RowPlan& plan) {
  char* to = buffer_.start();
  for (int i = 0; i < plan.column_count; ++i) {
    ColumnPlan& column = plan.columns[i];
    to = buffer_.room(to, value_room);
    if (i > 0) {
      *to++ = field_separator;
    }
    if (plan.nulls[column.attribute]) {
      to += null_field.copy(to, null_field.size());
    } else {
      to = append_field(to, column.type, plan.values[column.attribute]);
    }
  }
  return buffer_.finish(to);
}

std::string_view RowWriter::write_parity(RowPlan& plan) {
  const Style style = std::exchange(style_, Style::parity);
  const std::string_view fields = write_fields(plan);
  style_ = style;
  return fields;
}

char* RowWriter::append_object(char* to, RowPlan& plan, Nulls nulls) {
  bool first = true;
  for (int i = 0; i < plan.column_count; ++i) {
    ColumnPlan& column = plan.columns[i];
    if (nulls == Nulls::left_out && plan.nulls[column.attribute]) {
      continue;
    }
    to = buffer_.room(to, column.key_size + key_block + value_room);
    to = append_key(to, column, std::exchange(first, false));
    if (plan.nulls[column.attribute]) {
      to += json_null.copy(to, json_null.size());
    } else {
      to = append_json(to, column.type, plan.values[column.attribute]);
    }
  }
  return append(to, first ? "{}" : "}");
}

// value_room is there.
char* RowWriter::append_json(char* to, TypePlan& plan, Datum value) {
  if (plan.form == Form::text) {
    return append_string(to, bytes_of(value));
  }
  if (is_plain_scalar(plan.form)) {
    const bool quoted = !is_bare_in_json(plan.form) || is_special(plan, value);
    *to = '"';
    to = write_plain_scalar(plan, value, to + (quoted ? 1 : 0));
    *to = '"';
    return to + (quoted ? 1 : 0);
  }
  if (const std::optional<std::string_view> text = text_of(plan, value, style_)) {
    return append_string(to, *text);
  }
  switch (plan.form) {
    case Form::numeric:
      return append_number(to, bytes_of(value), "\"");
    case Form::bytea:
      return append(append_hex(to, style_ == Style::parity ? "\"" : "\"\\\\x", bytes_of(value)), "\"");
    default:
      return append_document(to, plan, value);
  }
}

// value_room is there.
char* RowWriter::append_field(char* to, TypePlan& plan, Datum value) {
  if (plan.form == Form::text) {
    return append_escaped(to, bytes_of(value));
  }
  if (is_plain_scalar(plan.form)) {
    return write_plain_scalar(plan, value, to);
  }
  if (const std::optional<std::string_view> text = text_of(plan, value, style_)) {
    return append_escaped(to, *text);
  }
  switch (plan.form) {
    case Form::numeric:
      return append_number(to, bytes_of(value), "");
    case Form::bytea:
      return append_hex(to, "", bytes_of(value));
    default:
      return append_document(to, plan, value);
  }
}

char* RowWriter::append_document(char* to, TypePlan& plan, Datum value) {
  switch (plan.form) {
    case Form::jsonb:
      return writer_.append(to, bytes_of(value), json::NumberForm::exact, depth_);
    case Form::json:
      return append_json_text(to, bytes_of(value));
    case Form::json_cast: {
      const Datum document = pg::call([&] { return FunctionCall1(&plan.convert, value); });
      return append_json_text(to, bytes_of(document));
    }
    case Form::array:
      return append_array(to, plan, value);
    default:
      return append_composite(to, plan, value);
  }
}

char* RowWriter::append_json_text(char* to, std::string_view document) {
  if (style_ != Style::parity) {
    return write_compact_json(buffer_.room(to, document.size() + 1), document);
  }
  // One text for one document: by way of jsonb, as the comparison of two documents would go.
  const Datum parsed = pg::call([&] {
    char* const text = pnstrdup(document.data(), document.size());
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
  });
  return writer_.append(to, bytes_of(parsed), json::NumberForm::exact, depth_);
}

char* RowWriter::append_composite(char* to, TypePlan& plan, Datum value) {
  plan.row = pg::call([&] {
    check_stack_depth();
    return plan_record(plan.row, DatumGetHeapTupleHeader(value), plan.context);
  });
  ++depth_;
  to = append_object(to, *plan.row, Nulls::written);
  --depth_;
  return to;
}

char* RowWriter::append_array(char* to, TypePlan& plan, Datum value) {
  ArrayWalk walk = pg::call([&] { return open_array(plan, value); });
  if (walk.dimensions == 0) {
    return append(to, "[]");
  }
  ++depth_;
  to = append_dimension(to, walk, 0);
  --depth_;
  return to;
}

char* RowWriter::append_dimension(char* to, ArrayWalk& walk, int dimension) {
  for (int i = 0; i < walk.sizes[dimension]; ++i) {
    to = buffer_.room(to, value_room);
    *to++ = i == 0 ? '[' : ',';
    if (dimension + 1 < walk.dimensions) {
      to = append_dimension(to, walk, dimension + 1);
      continue;
    }
    const int at = walk.next++;
    if (walk.nulls[at]) {
      to += json_null.copy(to, json_null.size());
    } else {
      to = append_json(to, *walk.element, walk.values[at]);
    }
  }
  return append(to, "]");
}

// A backslash doubled, the separator as \x1F: so neither a separator nor a lone \N can be part of a value.
char* RowWriter::append_escaped(char* to, std::string_view text) {
  const auto special = [](char c) { return c == '\\' || c == field_separator; };
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, json::text_piece);
    text.remove_prefix(piece.size());
    to = buffer_.room(to, 4 * piece.size() + json::block_size);
    // What JSON escapes includes what is special here.
    if (char* const end = json::copy_unescaped(to, piece.data(), piece.size()); end != nullptr) [[likely]] {
      to = end;
      continue;
    }
    for (const char c : piece) {
      if (!special(c)) [[likely]] {
        *to++ = c;
      } else {
        const std::string_view escape = c == '\\' ? "\\\\" : "\\x1F";
        to += escape.copy(to, escape.size());
      }
    }
  }
  return to;
}

char* RowWriter::append_number(char* to, std::string_view stored, std::string_view quote) {
  const Decimal decimal = read_decimal(stored);
  if (decimal.kind != Decimal::Kind::finite) {
    return append(append(append(to, quote), special_name(decimal.kind)), quote);
  }
  to = buffer_.room(to, decimal_bound(decimal));
  return style_ == Style::parity ? write_trimmed_decimal(decimal, to) : write_decimal(decimal, to);
}

char* RowWriter::append_hex(char* to, std::string_view before, std::string_view bytes) {
  to = append(to, before);
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, json::text_piece);
    bytes.remove_prefix(piece.size());
    to = write_hex(piece, buffer_.room(to, 2 * piece.size()));
  }
  return to;
}

char* RowWriter::append(char* to, std::string_view text) {
  to = buffer_.room(to, text.size());
  return to + text.copy(to, text.size());
}

} // namespace lifecycle::row
