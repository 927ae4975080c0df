#include "functions/fingerprint/event_time.hpp"

#include <string>

#include "functions/core/error.hpp"
#include "functions/core/utc_time.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

[[noreturn]] void fail_time(std::int64_t time) {
  std::string value = time > 0 ? "infinity" : "-infinity";
  if (is_finite_time(time)) {
    value.resize(utc_timestamp_size);
    value.resize(static_cast<std::size_t>(write_utc_timestamp(time, value.data()) - value.data()));
  }
  throw Error(sqlstate::datetime_field_overflow, "event time cannot be fingerprinted",
              "The time is " + value + "; it must be finite and within the years 0001 to 9999 (UTC).",
              "Correct the time, or pass null where there is none.");
}

} // namespace

char* write_event_time(char* to, std::int64_t time) {
  if (!is_finite_time(time) || !has_four_digit_year(time)) [[unlikely]] {
    fail_time(time);
  }
  return write_utc_timestamp(time, to);
}

} // namespace lifecycle
