#include "functions/mirror/sqlite_values_pg.hpp"

#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/text.hpp"
#include "functions/row/scalar_text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

#include <cmath>
#include <cstdlib>

namespace lifecycle::mirror {
namespace {

// A value on its way to SQLite, taken out of its datum; plain data.
struct Prepared {
  enum class Form : std::uint8_t { null, integer, real, text, blob } form;
  std::int64_t integer;
  double real;
  const char* bytes;
  std::size_t size;
};

Prepared null_value() { return {Prepared::Form::null, 0, 0, nullptr, 0}; }
Prepared of_integer(std::int64_t value) { return {Prepared::Form::integer, value, 0, nullptr, 0}; }
Prepared of_text(const char* bytes, std::size_t size) { return {Prepared::Form::text, 0, 0, bytes, size}; }

Prepared of_text(const char* terminated) { return of_text(terminated, std::strlen(terminated)); }

// SQLite has no NaN and would store a null.
Prepared of_real(double value) {
  return std::isnan(value) ? of_text("NaN") : Prepared{Prepared::Form::real, 0, value, nullptr, 0};
}

// The nearest double to the decimal that a real prints as: 0.1, not 0.10000000149011612.
double widened(float value) {
  char digits[FLOAT_SHORTEST_DECIMAL_LEN];
  float_to_shortest_decimal_buf(value, digits);
  return std::strtod(digits, nullptr);
}

Prepared of_varlena(Datum value, Prepared::Form form) {
  const auto* const bytes = reinterpret_cast<text*>(PG_DETOAST_DATUM_PACKED(value));
  const std::string_view content = pg::view(bytes);
  return {form, 0, 0, content.data(), content.size()};
}

Prepared of_infinity(bool positive) { return of_text(positive ? "infinity" : "-infinity"); }

Prepared of_timestamp(Timestamp value, DayMemo& memo) {
  if (!is_finite_time(value)) {
    return of_infinity(value > 0);
  }
  auto* const text = static_cast<char*>(palloc(utc_timestamp_size));
  char* end = write_timestamp(value, "", text, memo);
  char* separator = text + 4;
  while (*separator != 'T') {
    ++separator;
  }
  *separator = ' ';
  // Whole seconds have no fraction; a BC suffix moves up to its place.
  char* const fraction = separator + sizeof "HH:MM:SS";
  constexpr std::size_t fraction_size = sizeof ".ffffff" - 1;
  if (std::memcmp(fraction, ".000000", fraction_size) == 0) {
    std::memmove(fraction, fraction + fraction_size, static_cast<std::size_t>(end - fraction) - fraction_size);
    end -= fraction_size;
  }
  return of_text(text, static_cast<std::size_t>(end - text));
}

Prepared of_date(DateADT value) {
  if (!is_finite_date(value)) {
    return of_infinity(value > 0);
  }
  auto* const text = static_cast<char*>(palloc(utc_timestamp_size));
  return of_text(text, static_cast<std::size_t>(write_date(value, text) - text));
}

Prepared of_uuid(const pg_uuid_t* uuid) {
  auto* const text = static_cast<char*>(palloc(row::scalar_text_size));
  const char* const end = row::write_uuid(reinterpret_cast<const char*>(uuid->data), text);
  return of_text(text, static_cast<std::size_t>(end - text));
}

// A document beyond the limits of the canonical form is written as PostgreSQL prints it: the mirror leaves no row out.
Prepared of_jsonb(Datum value) {
  varlena* const document = pg::detoasted(value);
  const std::string_view bytes = pg::bytes_of(document);
  const text* const canonical = pg::guard([&]() -> const text* {
    try {
      const json::WriterLease writer;
      const std::string_view form = writer->write(bytes, json::NumberForm::exact);
      return pg::call([&] { return pg::make_text(form); });
    } catch (const Error& error) {
      if (std::strcmp(error.sqlstate(), sqlstate::program_limit_exceeded) != 0) {
        throw;
      }
      return nullptr;
    }
  });
  if (canonical != nullptr) {
    const std::string_view form = pg::view(canonical);
    return of_text(form.data(), form.size());
  }
  Jsonb* const aligned = DatumGetJsonbP(value);
  return of_text(JsonbToCString(nullptr, &aligned->root, static_cast<int>(VARSIZE(aligned))));
}

Prepared prepare(Datum value, ColumnBinding& binding, DayMemo& memo) {
  switch (binding.kind) {
    case ValueKind::smallint:
      return of_integer(DatumGetInt16(value));
    case ValueKind::integer:
      return of_integer(DatumGetInt32(value));
    case ValueKind::bigint:
      return of_integer(DatumGetInt64(value));
    case ValueKind::oid:
      return of_integer(DatumGetObjectId(value));
    case ValueKind::boolean:
      return of_integer(DatumGetBool(value) ? 1 : 0);
    case ValueKind::real:
      return of_real(widened(DatumGetFloat4(value)));
    case ValueKind::double_precision:
      return of_real(DatumGetFloat8(value));
    case ValueKind::text:
      return of_varlena(value, Prepared::Form::text);
    case ValueKind::bytea:
      return of_varlena(value, Prepared::Form::blob);
    case ValueKind::timestamp:
      return of_timestamp(DatumGetTimestamp(value), memo);
    case ValueKind::date:
      return of_date(DatumGetDateADT(value));
    case ValueKind::uuid:
      return of_uuid(DatumGetUUIDP(value));
    case ValueKind::jsonb:
      return of_jsonb(value);
    case ValueKind::other:
      break;
  }
  return of_text(OutputFunctionCall(&binding.output, value));
}

void bind(SqliteWriter& writer, int column, const Prepared& value) {
  switch (value.form) {
    case Prepared::Form::null:
      writer.bind_null(column);
      break;
    case Prepared::Form::integer:
      writer.bind_integer(column, value.integer);
      break;
    case Prepared::Form::real:
      writer.bind_real(column, value.real);
      break;
    case Prepared::Form::text:
      writer.bind_text(column, {value.bytes, value.size});
      break;
    case Prepared::Form::blob:
      writer.bind_blob(column, {value.bytes, value.size});
      break;
  }
}

ValueKind kind_of(Oid base_type) {
  switch (base_type) {
    case INT2OID:
      return ValueKind::smallint;
    case INT4OID:
      return ValueKind::integer;
    case INT8OID:
      return ValueKind::bigint;
    case OIDOID:
      return ValueKind::oid;
    case BOOLOID:
      return ValueKind::boolean;
    case FLOAT4OID:
      return ValueKind::real;
    case FLOAT8OID:
      return ValueKind::double_precision;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case JSONOID:
      return ValueKind::text;
    case BYTEAOID:
      return ValueKind::bytea;
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
      return ValueKind::timestamp;
    case DATEOID:
      return ValueKind::date;
    case UUIDOID:
      return ValueKind::uuid;
    case JSONBOID:
      return ValueKind::jsonb;
    default:
      return ValueKind::other;
  }
}

} // namespace

ColumnBinding binding_of(Oid type) {
  ColumnBinding binding = {};
  binding.kind = kind_of(getBaseType(type));
  if (binding.kind == ValueKind::other) {
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(type, &output, &is_varlena);
    fmgr_info(output, &binding.output);
  }
  return binding;
}

Affinity affinity_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::smallint:
    case ValueKind::integer:
    case ValueKind::bigint:
    case ValueKind::oid:
    case ValueKind::boolean:
      return Affinity::integer;
    case ValueKind::real:
    case ValueKind::double_precision:
      return Affinity::real;
    case ValueKind::bytea:
      return Affinity::blob;
    default:
      return Affinity::text;
  }
}

void insert_row(SqliteWriter& writer, TupleTableSlot* row, ColumnBinding* bindings, DayMemo& memo) {
  const int columns = row->tts_tupleDescriptor->natts;
  auto* const values = static_cast<Prepared*>(palloc(sizeof(Prepared) * static_cast<Size>(columns)));
  for (int i = 0; i < columns; ++i) {
    values[i] = row->tts_isnull[i] ? null_value() : prepare(row->tts_values[i], bindings[i], memo);
  }
  pg::guard([&] {
    for (int i = 0; i < columns; ++i) {
      bind(writer, i, values[i]);
    }
    writer.insert_row();
  });
}

} // namespace lifecycle::mirror
