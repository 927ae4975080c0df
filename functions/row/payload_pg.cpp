// _payload(names, value, …): the jsonb that jsonb_build_object(name, value, …) makes, byte for byte, written straight
// into its binary form. jsonb_build_object turns every value into text, parses it, keeps a tree and sorts it; here the
// keys are in order before the first row, and a value is written where it will stay.
//
// Plain server code: nothing here throws or has a destructor.
#include <cmath>
#include <cstring>

#include "functions/pg/function.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/numeric_builder.hpp"
#include "functions/row/payload_plan_pg.hpp"
#include "functions/row/scalar_text.hpp"
#include "functions/row/xsd_time.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/timestamp.h"
}

namespace lifecycle::row {
namespace {

// Where the result is being written. Offsets count from its length word, and so does alignment.
struct Sink {
  char* begin;
  char* at;
};

void put(Sink* sink, const char* bytes, std::size_t size) {
  std::memcpy(sink->at, bytes, size);
  sink->at += size;
}

void align(Sink* sink) {
  while ((sink->at - sink->begin) % static_cast<std::ptrdiff_t>(sizeof(std::int32_t)) != 0) {
    *sink->at++ = '\0';
  }
}

void check_string(std::size_t size) {
  if (size > JENTRY_OFFLENMASK) {
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("string too long to represent as jsonb string"),
                    errdetail("Due to an implementation restriction, jsonb strings cannot exceed %d bytes.",
                              JENTRY_OFFLENMASK)));
  }
}

// A number's bytes after its length word.
JEntry put_number(Sink* sink, const char* body, std::size_t size) {
  align(sink);
  const uint32 total = static_cast<uint32>(size + VARHDRSZ);
  SET_VARSIZE(sink->at, total);
  sink->at += VARHDRSZ;
  put(sink, body, size);
  return JENTRY_ISNUMERIC;
}

JEntry put_integer(Sink* sink, std::int64_t value) {
  char body[built_numeric_size];
  return put_number(sink, body, build_numeric(value, body));
}

JEntry put_text(Sink* sink, std::string_view text) {
  put(sink, text.data(), text.size());
  return JENTRY_ISSTRING;
}

// Through the text that the output function gives, as jsonb_build_object does: it depends on extra_float_digits.
JEntry put_float(Sink* sink, double value, bool single) {
  if (!std::isfinite(value)) {
    return put_text(sink, std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }
  char body[built_numeric_size];
  if (extra_float_digits > 0) {
    char text[DOUBLE_SHORTEST_DECIMAL_LEN];
    const int size = single ? float_to_shortest_decimal_bufn(static_cast<float>(value), text)
                            : double_to_shortest_decimal_bufn(value, text);
    return put_number(sink, body, build_numeric(std::string_view(text, static_cast<std::size_t>(size)), body));
  }
  const char* const text =
      single ? DatumGetCString(DirectFunctionCall1(float4out, Float4GetDatum(static_cast<float>(value))))
             : DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(value)));
  return put_number(sink, body, build_numeric(std::string_view(text), body));
}

JEntry put_numeric(Sink* sink, Datum value) {
  const auto* const stored = reinterpret_cast<const varlena*>(DatumGetPointer(value));
  const char* const body = VARDATA_ANY(stored);
  const std::size_t size = VARSIZE_ANY_EXHDR(stored);
  // The special values are a header alone; a zero is one too, but without its two high bits.
  std::uint16_t header = 0;
  std::memcpy(&header, body, sizeof header);
  if ((header & 0xC000U) == 0xC000U) [[unlikely]] {
    return put_text(sink, DatumGetCString(DirectFunctionCall1(numeric_out, value)));
  }
  return put_number(sink, body, size);
}

JEntry put_server_time(Sink* sink, Datum value, Oid type) {
  char text[MAXDATELEN + 1];
  JsonEncodeDateTime(text, value, type, nullptr);
  return put_text(sink, text);
}

JEntry put_date(Sink* sink, Datum value) {
  const DateADT date = DatumGetDateADT(value);
  if (!is_finite_date(date)) [[unlikely]] {
    return put_server_time(sink, value, DATEOID);
  }
  sink->at = write_date(date, sink->at);
  return JENTRY_ISSTRING;
}

bool zone_is_utc(PayloadPlan* plan) {
  if (plan->zone != session_timezone) {
    plan->zone = session_timezone;
    plan->zone_is_utc = std::strcmp(pg_get_timezone_name(session_timezone), "UTC") == 0;
  }
  return plan->zone_is_utc;
}

JEntry put_timestamp(Sink* sink, PayloadPlan* plan, Datum value, bool with_zone) {
  const Timestamp moment = DatumGetTimestamp(value);
  if (!is_finite_time(moment) || (with_zone && !zone_is_utc(plan))) [[unlikely]] {
    return put_server_time(sink, value, with_zone ? TIMESTAMPTZOID : TIMESTAMPOID);
  }
  sink->at = write_xsd_timestamp(moment, with_zone ? "+00:00" : "", sink->at);
  return JENTRY_ISSTRING;
}

// A document goes in as it is; of a scalar one, its scalar.
JEntry put_document(Sink* sink, Datum value) {
  const auto* const stored = reinterpret_cast<const varlena*>(DatumGetPointer(value));
  const char* const bytes = VARDATA_ANY(stored);
  const std::size_t size = VARSIZE_ANY_EXHDR(stored);
  uint32 header = 0;
  std::memcpy(&header, bytes, sizeof header);
  if ((header & JB_FSCALAR) == 0) {
    align(sink);
    put(sink, bytes, size);
    return JENTRY_ISCONTAINER;
  }
  JEntry entry = 0;
  std::memcpy(&entry, bytes + sizeof header, sizeof entry);
  const std::size_t scalar_at = sizeof header + sizeof entry;
  if (JBE_ISNUMERIC(entry)) {
    align(sink);
  }
  put(sink, bytes + scalar_at, size - scalar_at);
  return entry & JENTRY_TYPEMASK;
}

JEntry put_value(Sink* sink, PayloadPlan* plan, const PayloadValue* value, Datum datum) {
  const auto text = [&] {
    const auto* const stored = reinterpret_cast<const varlena*>(DatumGetPointer(datum));
    return std::string_view(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
  };
  switch (value->type.form) {
    case Form::boolean:
      return DatumGetBool(datum) ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
    case Form::int16:
      return put_integer(sink, DatumGetInt16(datum));
    case Form::int32:
      return put_integer(sink, DatumGetInt32(datum));
    case Form::int64:
      return put_integer(sink, DatumGetInt64(datum));
    case Form::float32:
      return put_float(sink, static_cast<double>(DatumGetFloat4(datum)), true);
    case Form::float64:
      return put_float(sink, DatumGetFloat8(datum), false);
    case Form::numeric:
      return put_numeric(sink, datum);
    case Form::text:
    case Form::padded_text:
      return put_text(sink, text());
    case Form::name:
      return put_text(sink, NameStr(*DatumGetName(datum)));
    case Form::uuid:
      sink->at = write_uuid(DatumGetPointer(datum), sink->at);
      return JENTRY_ISSTRING;
    case Form::date:
      return put_date(sink, datum);
    case Form::time:
      sink->at = write_xsd_time_of_day(DatumGetTimeADT(datum), sink->at);
      return JENTRY_ISSTRING;
    case Form::timestamp:
      return put_timestamp(sink, plan, datum, false);
    case Form::timestamptz:
      return put_timestamp(sink, plan, datum, true);
    case Form::other:
      return put_text(sink, DatumGetCString(datum));
    default:
      return put_document(sink, datum);
  }
}

// Makes every value plain in memory and returns how much room those take that their type does not bound.
std::size_t fetch_values(FunctionCallInfo fcinfo, PayloadPlan* plan) {
  std::size_t size = 0;
  for (int i = 0; i < plan->count; ++i) {
    PayloadValue* const value = &plan->values[i];
    if (PG_ARGISNULL(value->argument)) {
      continue;
    }
    Datum datum = PG_GETARG_DATUM(value->argument);
    const Form form = value->type.form;
    if (form == Form::other) {
      datum = CStringGetDatum(OutputFunctionCall(&value->type.convert, datum));
      const std::size_t length = std::strlen(DatumGetCString(datum));
      check_string(length);
      size += length;
    } else if (is_converted(form)) {
      datum = FunctionCall1(&value->to_jsonb, datum);
      size += VARSIZE_ANY(DatumGetPointer(datum));
    } else if (form == Form::numeric || form == Form::text || form == Form::padded_text || form == Form::jsonb) {
      datum = PointerGetDatum(PG_DETOAST_DATUM_PACKED(datum));
      size += VARSIZE_ANY(DatumGetPointer(datum));
      if (form == Form::text || form == Form::padded_text) {
        check_string(VARSIZE_ANY_EXHDR(DatumGetPointer(datum)));
      }
    }
    plan->fetched[i] = datum;
  }
  return size;
}

Jsonb* payload(FunctionCallInfo fcinfo) {
  PayloadPlan* const plan = plan_payload(fcinfo);
  const std::size_t variable_size = fetch_values(fcinfo, plan);
  auto* const result = static_cast<char*>(palloc(plan->fixed_size + variable_size));
  std::memcpy(result, plan->prefix, plan->prefix_size);
  Sink sink = {result, result + plan->prefix_size};
  const char* const data = sink.at - plan->keys_size; // what offsets count from
  char* entry_at = result + VARHDRSZ + sizeof(uint32) + static_cast<std::size_t>(plan->count) * sizeof(JEntry);
  for (int i = 0; i < plan->count; ++i, entry_at += sizeof(JEntry)) {
    const PayloadValue* const value = &plan->values[i];
    const char* const begin = sink.at;
    JEntry entry = PG_ARGISNULL(value->argument) ? JENTRY_ISNULL : put_value(&sink, plan, value, plan->fetched[i]);
    const auto end = static_cast<std::size_t>(sink.at - data);
    check_payload_size(end);
    if ((i + plan->count) % JB_OFFSET_STRIDE == 0) {
      entry |= static_cast<JEntry>(end) | JENTRY_HAS_OFF;
    } else {
      entry |= static_cast<JEntry>(sink.at - begin);
    }
    std::memcpy(entry_at, &entry, sizeof entry);
  }
  const auto size = static_cast<std::size_t>(sink.at - result);
  check_payload_size(size - VARHDRSZ);
  SET_VARSIZE(result, size);
  return reinterpret_cast<Jsonb*>(result);
}

} // namespace
} // namespace lifecycle::row

LIFECYCLE_FUNCTION(lifecycle_payload) { PG_RETURN_POINTER(lifecycle::row::payload(fcinfo)); }
