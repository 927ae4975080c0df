#include "functions/row/row_writer_pg.hpp"

#include <cmath>
#include <cstring>
#include <memory>

#include "functions/json/string_writer.hpp"
#include "functions/row/compact_json.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/scalar_text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
}

namespace lifecycle::row {
namespace {

// One writer serves the backend, so that its buffer and the shapes of documents it has seen are kept.
constinit std::unique_ptr<json::CanonicalWriter> shared_writer;
constinit bool shared_in_use = false;

constexpr char field_separator = '\x1F';
constexpr std::string_view null_field = "\\N";
constexpr std::string_view json_null = "null";
constexpr std::string_view infinite_time(bool positive) { return positive ? "infinity" : "-infinity"; }

// Room that is there for every value before its form is looked at: the longest scalar, quotes and a comma.
constexpr std::size_t value_room = scalar_text_size + utc_timestamp_size + 4;

// The bytes of a varlena, fetched or unpacked where it is not plain.
std::string_view bytes_of(Datum value) {
  auto* stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
  if (VARATT_IS_COMPRESSED(stored) || VARATT_IS_EXTERNAL(stored)) [[unlikely]] {
    stored = pg::call([&] { return pg_detoast_datum_packed(stored); });
  }
  return {VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored)};
}

std::string_view without_trailing_blanks(std::string_view text) {
  const std::size_t last = text.find_last_not_of(' ');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

char* write_float(double value, bool single, char* to) {
  // The server's shortest form, as its output functions write it whatever extra_float_digits says.
  return to + (single ? float_to_shortest_decimal_bufn(static_cast<float>(value), to)
                      : double_to_shortest_decimal_bufn(value, to));
}

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

// Values whose text is short and never needs an escape.
bool is_plain_scalar(Form form) {
  return form <= Form::float64 || (form >= Form::uuid && form <= Form::interval && form != Form::bytea);
}

// JSON has numbers and booleans for these.
bool is_bare_in_json(Form form) { return form <= Form::float64; }

char* write_time(std::int64_t microseconds, std::string_view zone, TypePlan& plan, char* to) {
  if (!is_finite_time(microseconds)) {
    const std::string_view text = infinite_time(microseconds > 0);
    return to + text.copy(to, text.size());
  }
  return write_timestamp(microseconds, zone, to, plan.day);
}

char* write_plain_scalar(TypePlan& plan, Datum value, char* to) {
  switch (plan.form) {
    case Form::boolean:
      return write_boolean(DatumGetBool(value), to);
    case Form::int16:
      return write_integer(DatumGetInt16(value), to);
    case Form::int32:
      return write_integer(DatumGetInt32(value), to);
    case Form::int64:
      return write_integer(DatumGetInt64(value), to);
    case Form::float32:
      return write_float(static_cast<double>(DatumGetFloat4(value)), true, to);
    case Form::float64:
      return write_float(DatumGetFloat8(value), false, to);
    case Form::uuid:
      return write_uuid(DatumGetPointer(value), to);
    case Form::time:
      return write_time_of_day(DatumGetTimeADT(value), to);
    case Form::timestamp:
      return write_time(DatumGetTimestamp(value), {}, plan, to);
    case Form::timestamptz:
      return write_time(DatumGetTimestampTz(value), "Z", plan, to);
    case Form::interval: {
      const auto* const interval = reinterpret_cast<const ::Interval*>(DatumGetPointer(value));
      return write_interval({interval->time, interval->day, interval->month}, to);
    }
    case Form::date: {
      const DateADT date = DatumGetDateADT(value);
      if (!is_finite_date(date)) {
        const std::string_view text = infinite_time(date > 0);
        return to + text.copy(to, text.size());
      }
      return write_date(date, to);
    }
    default:
      return to;
  }
}

// The text of the types that are written as text; null for the others.
std::optional<std::string_view> text_of(TypePlan& plan, Datum value, Style style) {
  switch (plan.form) {
    case Form::text:
      return bytes_of(value);
    case Form::padded_text: {
      const std::string_view text = bytes_of(value);
      return style == Style::parity ? without_trailing_blanks(text) : text;
    }
    case Form::name:
      return NameStr(*DatumGetName(value));
    case Form::other:
      return pg::call([&] { return OutputFunctionCall(&plan.convert, value); });
    default:
      return std::nullopt;
  }
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

std::string_view RowWriter::write_object(RowPlan& plan) { return buffer_.finish(append_object(buffer_.start(), plan)); }

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

char* RowWriter::append_object(char* to, RowPlan& plan) {
  if (plan.column_count == 0) {
    return append(to, "{}");
  }
  for (int i = 0; i < plan.column_count; ++i) {
    ColumnPlan& column = plan.columns[i];
    to = buffer_.room(to, column.key_size + key_block + value_room);
    for (std::uint32_t at = 0; at < column.key_size; at += key_block) {
      std::memcpy(to + at, column.key + at, key_block);
    }
    to += column.key_size;
    if (plan.nulls[column.attribute]) {
      to += json_null.copy(to, json_null.size());
    } else {
      to = append_json(to, column.type, plan.values[column.attribute]);
    }
  }
  return append(to, "}");
}

// value_room is there.
char* RowWriter::append_json(char* to, TypePlan& plan, Datum value) {
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
  if (style_ == Style::export_line) {
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
  to = append_object(to, *plan.row);
  --depth_;
  return to;
}

struct RowWriter::ArrayWalk {
  TypePlan* element;
  const Datum* values;
  const bool* nulls;
  const int* sizes;
  int dimensions;
  int next;
};

char* RowWriter::append_array(char* to, TypePlan& plan, Datum value) {
  ArrayWalk walk = pg::call([&] {
    check_stack_depth();
    ArrayType* const array = DatumGetArrayTypeP(value);
    const Oid type = ARR_ELEMTYPE(array);
    if (plan.element == nullptr || plan.element_type != type) {
      plan.element = static_cast<TypePlan*>(MemoryContextAllocZero(plan.context, sizeof(TypePlan)));
      plan.element_type = type;
      plan_type(plan.element, type, plan.context);
      get_typlenbyvalalign(type, &plan.element_length, &plan.element_by_value, &plan.element_align);
    }
    Datum* values = nullptr;
    bool* nulls = nullptr;
    int count = 0;
    deconstruct_array(array, type, plan.element_length, plan.element_by_value, plan.element_align, &values, &nulls,
                      &count);
    return ArrayWalk{plan.element, values, nulls, ARR_DIMS(array), ARR_NDIM(array), 0};
  });
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

char* RowWriter::append_string(char* to, std::string_view text) {
  if (text.size() <= json::text_piece) [[likely]] {
    to = buffer_.room(to, json::escaped_bound(text.size()) + 2);
  }
  return json::write_string(to, text, text.data() + text.size(), buffer_);
}

// A backslash doubled, the separator as \x1F: so neither a separator nor a lone \N can be part of a value.
char* RowWriter::append_escaped(char* to, std::string_view text) {
  const auto special = [](char c) { return c == '\\' || c == field_separator; };
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, json::text_piece);
    text.remove_prefix(piece.size());
    to = buffer_.room(to, 4 * piece.size());
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
