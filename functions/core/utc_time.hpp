// Dates and times as text, from PostgreSQL's counts (days or microseconds since 2000-01-01 00:00 UTC) in the proleptic
// Gregorian calendar. The one form used wherever times leave the database or enter a hash:
//   YYYY-MM-DDTHH:MM:SS.ffffffZ   always six decimals, always UTC (RFC 3339)
// Outside RFC 3339's years the text stays what PostgreSQL reads back: more than four digits for later years, " BC"
// after the Z for earlier ones. Infinite times have no such text: ask is_finite_time first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace lifecycle {

inline constexpr std::int64_t microseconds_per_second = 1'000'000;
inline constexpr std::int64_t microseconds_per_day = 86'400 * microseconds_per_second;

// The most bytes any writer below needs: 294276-12-31T23:59:59.999999Z, or a BC year of four digits.
inline constexpr std::size_t utc_timestamp_size = 32;

inline bool is_finite_time(std::int64_t microseconds) {
  return microseconds != std::numeric_limits<std::int64_t>::max() &&
         microseconds != std::numeric_limits<std::int64_t>::min();
}

inline bool is_finite_date(std::int32_t days) {
  return days != std::numeric_limits<std::int32_t>::max() && days != std::numeric_limits<std::int32_t>::min();
}

struct CivilDate {
  std::int64_t year; // astronomical: 0 is 1 BC
  unsigned month;
  unsigned day;
};

// Counts years from March, so that the leap day is a year's last and month lengths follow one linear formula.
constexpr CivilDate civil_date(std::int64_t days_since_2000) {
  constexpr std::int64_t days_to_2000 = 730'425; // from 0000-03-01
  constexpr std::int64_t days_per_era = 146'097; // 400 years
  const std::int64_t days = days_since_2000 + days_to_2000;
  const std::int64_t era = (days >= 0 ? days : days - (days_per_era - 1)) / days_per_era;
  const auto day_of_era = static_cast<unsigned>(days - era * days_per_era);
  const unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned march_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr std::int64_t day_of(std::int64_t microseconds) {
  const std::int64_t day = microseconds / microseconds_per_day;
  return microseconds % microseconds_per_day < 0 ? day - 1 : day;
}

// Whether the text has RFC 3339's four-digit year: 0001-01-01 to 9999-12-31.
constexpr bool has_four_digit_year(std::int64_t microseconds) {
  constexpr std::int64_t first_day = -730'119;
  constexpr std::int64_t last_day = 2'921'939;
  const std::int64_t day = day_of(microseconds);
  return day >= first_day && day <= last_day;
}

namespace detail {

constexpr std::array<char, 200> make_digit_pairs() {
  std::array<char, 200> pairs{};
  for (unsigned i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}

inline constexpr std::array<char, 200> digit_pairs = make_digit_pairs();

} // namespace detail

inline char* write_two_digits(unsigned value, char* out) {
  std::memcpy(out, &detail::digit_pairs[2 * static_cast<std::size_t>(value)], 2);
  return out + 2;
}

// At least four digits of the year as people count it: 1 BC is 0001 with a suffix to follow.
inline char* write_year(std::int64_t year, char* out) {
  auto count = static_cast<unsigned>(year > 0 ? year : 1 - year);
  if (count >= 10'000) {
    const unsigned high = count / 10'000;
    if (high >= 100) {
      *out++ = static_cast<char>('0' + high / 100);
    }
    if (high >= 10) {
      *out++ = static_cast<char>('0' + high / 10 % 10);
    }
    *out++ = static_cast<char>('0' + high % 10);
    count %= 10'000;
  }
  out = write_two_digits(count / 100, out);
  return write_two_digits(count % 100, out);
}

// YYYY-MM-DD, without the suffix of a BC year.
inline char* write_civil_date(const CivilDate& date, char* out) {
  out = write_year(date.year, out);
  *out++ = '-';
  out = write_two_digits(date.month, out);
  *out++ = '-';
  return write_two_digits(date.day, out);
}

inline char* write_era(const CivilDate& date, char* out) {
  if (date.year <= 0) {
    out += std::string_view(" BC").copy(out, 3);
  }
  return out;
}

inline char* write_date(std::int32_t days_since_2000, char* out) {
  const CivilDate date = civil_date(days_since_2000);
  return write_era(date, write_civil_date(date, out));
}

// HH:MM:SS
inline char* write_clock(unsigned seconds_of_day, char* out) {
  out = write_two_digits(seconds_of_day / 3600, out);
  *out++ = ':';
  out = write_two_digits(seconds_of_day / 60 % 60, out);
  *out++ = ':';
  return write_two_digits(seconds_of_day % 60, out);
}

// HH:MM:SS.ffffff; 24:00:00.000000 is a time of day too.
inline char* write_time_of_day(std::int64_t microseconds, char* out) {
  const auto fraction = static_cast<unsigned>(microseconds % microseconds_per_second);
  out = write_clock(static_cast<unsigned>(microseconds / microseconds_per_second), out);
  *out++ = '.';
  out = write_two_digits(fraction / 10'000, out);
  out = write_two_digits(fraction / 100 % 100, out);
  return write_two_digits(fraction % 100, out);
}

// Remembers the last day's text: successive rows are often of one day. Not shared between threads.
struct DayMemo {
  std::int64_t day = std::numeric_limits<std::int64_t>::min();
  char text[10] = {};
};

// YYYY-MM-DDTHH:MM:SS.ffffff, then the zone ("Z" or nothing), then the suffix of a BC year.
inline char* write_timestamp(std::int64_t microseconds, std::string_view zone, char* out, DayMemo& memo) {
  const std::int64_t day = day_of(microseconds);
  const auto write_rest = [&](char* to) {
    *to++ = 'T';
    to = write_time_of_day(microseconds - day * microseconds_per_day, to);
    std::memcpy(to, zone.data(), zone.size());
    return to + zone.size();
  };
  if (day == memo.day) {
    std::memcpy(out, memo.text, sizeof memo.text);
    return write_rest(out + sizeof memo.text);
  }
  const CivilDate date = civil_date(day);
  char* const end = write_civil_date(date, out);
  if (end - out == sizeof memo.text && date.year > 0) {
    memo.day = day;
    std::memcpy(memo.text, out, sizeof memo.text);
  }
  return write_era(date, write_rest(end));
}

inline char* write_utc_timestamp(std::int64_t microseconds_since_2000, char* out, DayMemo& memo) {
  return write_timestamp(microseconds_since_2000, "Z", out, memo);
}

inline char* write_utc_timestamp(std::int64_t microseconds_since_2000, char* out) {
  DayMemo memo;
  return write_timestamp(microseconds_since_2000, "Z", out, memo);
}

} // namespace lifecycle
