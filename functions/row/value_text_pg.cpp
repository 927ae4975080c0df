#include "functions/row/value_text_pg.hpp"

extern "C" {
#include "common/shortest_dec.h"
#include "utils/date.h"
#include "utils/timestamp.h"
}

namespace lifecycle::row {
namespace {

constexpr std::string_view infinite_time(bool positive) { return positive ? "infinity" : "-infinity"; }

char* write_float(double value, bool single, char* to) {
  // The server's shortest form, as its output functions write it whatever extra_float_digits says.
  return to + (single ? float_to_shortest_decimal_bufn(static_cast<float>(value), to)
                      : double_to_shortest_decimal_bufn(value, to));
}

char* write_time(std::int64_t microseconds, std::string_view zone, TypePlan& plan, char* to) {
  if (!is_finite_time(microseconds)) {
    const std::string_view text = infinite_time(microseconds > 0);
    return to + text.copy(to, text.size());
  }
  return write_timestamp(microseconds, zone, to, plan.day);
}

} // namespace

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

std::optional<std::string_view> text_of(TypePlan& plan, Datum value) {
  switch (plan.form) {
    case Form::text:
    case Form::padded_text:
      return bytes_of(value);
    case Form::name:
      return NameStr(*DatumGetName(value));
    case Form::other:
      return pg::call([&] { return OutputFunctionCall(&plan.convert, value); });
    default:
      return std::nullopt;
  }
}

} // namespace lifecycle::row
