#include "functions/row/scalar_text.hpp"

#include <cstring>
#include <limits>

#include "functions/core/utc_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::row {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

char* put(std::string_view text, char* to) { return to + text.copy(to, text.size()); }

char* write_field(std::int64_t value, char unit, char* to) {
  if (value != 0) {
    to = write_integer(value, to);
    *to++ = unit;
  }
  return to;
}

// Seconds with as many decimals as they have.
char* write_seconds(std::int64_t microseconds, char* to) {
  if (microseconds == 0) {
    return to;
  }
  const std::int64_t fraction = microseconds % microseconds_per_second;
  if (microseconds < 0) {
    *to++ = '-';
  }
  const auto magnitude = [](std::int64_t value) { return value < 0 ? -value : value; };
  to = write_integer(magnitude(microseconds / microseconds_per_second), to);
  if (fraction != 0) {
    *to++ = '.';
    const auto digits = static_cast<unsigned>(magnitude(fraction));
    to = write_two_digits(digits / 10'000, to);
    to = write_two_digits(digits / 100 % 100, to);
    to = write_two_digits(digits % 100, to);
    while (to[-1] == '0') {
      --to;
    }
  }
  *to++ = 'S';
  return to;
}

template <typename T>
constexpr T highest = std::numeric_limits<T>::max();
template <typename T>
constexpr T lowest = std::numeric_limits<T>::min();

} // namespace

char* write_hex(std::string_view bytes, char* to) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = hex_digits[byte >> 4U];
    *to++ = hex_digits[byte & 0xFU];
  }
  return to;
}

// All 32 digits at once: each half of a byte becomes a byte, and that a digit.
char* write_uuid(const char* bytes, char* to) {
  using Bytes = signed char __attribute__((vector_size(16)));
  using Octets = unsigned char __attribute__((vector_size(16)));
  Octets octets; // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::memcpy(&octets, bytes, sizeof octets);
  const auto high = reinterpret_cast<Bytes>(octets >> 4U);
  const auto low = reinterpret_cast<Bytes>(octets & 0xFU);
  const auto digits_of = [](const Bytes& halves) { return halves + '0' + ((halves > 9) & ('a' - '9' - 1)); };
  const Bytes first =
      digits_of(__builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  const Bytes last =
      digits_of(__builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
  // Each half goes where most of it belongs; the four digits that do not are then put in their places.
  using Words = std::uint32_t __attribute__((vector_size(16)));
  const std::uint32_t second = reinterpret_cast<Words>(first)[2];
  const std::uint32_t third = reinterpret_cast<Words>(first)[3];
  const std::uint32_t fourth = reinterpret_cast<Words>(last)[0];
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + 20, &last, sizeof last);
  std::memcpy(to + 9, &second, sizeof second);
  std::memcpy(to + 14, &third, sizeof third);
  std::memcpy(to + 19, &fourth, sizeof fourth);
  to[8] = to[13] = to[18] = to[23] = '-';
  return to + 36;
}

char* write_interval(const Interval& interval, char* to) {
  const auto [time, days, months] = interval;
  if (time == highest<std::int64_t> && days == highest<std::int32_t> && months == highest<std::int32_t>) {
    return put("infinity", to);
  }
  if (time == lowest<std::int64_t> && days == lowest<std::int32_t> && months == lowest<std::int32_t>) {
    return put("-infinity", to);
  }
  if (time == 0 && days == 0 && months == 0) {
    return put("PT0S", to);
  }
  *to++ = 'P';
  to = write_field(months / 12, 'Y', to);
  to = write_field(months % 12, 'M', to);
  to = write_field(days, 'D', to);
  if (time != 0) {
    constexpr std::int64_t per_minute = 60 * microseconds_per_second;
    *to++ = 'T';
    to = write_field(time / (60 * per_minute), 'H', to);
    to = write_field(time / per_minute % 60, 'M', to);
    to = write_seconds(time % per_minute, to);
  }
  return to;
}

} // namespace lifecycle::row
