// The calendar is held against two independent ones: the C library's gmtime_r and, beyond its comfort, counting day by
// day.
#include "functions/core/utc_time.hpp"

#include <ctime>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace {

using lifecycle::microseconds_per_day;
using lifecycle::microseconds_per_second;

constexpr std::int64_t unix_seconds_at_2000 = 946'684'800;

std::string utc(std::int64_t microseconds) {
  std::string text(64, '#');
  char* const end = lifecycle::write_utc_timestamp(microseconds, text.data());
  EXPECT_LE(end - text.data(), static_cast<std::ptrdiff_t>(lifecycle::utc_timestamp_size));
  EXPECT_EQ(*end, '#');
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

std::string date(std::int32_t days) {
  char text[lifecycle::utc_timestamp_size];
  return {text, static_cast<std::size_t>(lifecycle::write_date(days, text) - text)};
}

std::string by_gmtime(std::int64_t microseconds) {
  std::int64_t seconds = microseconds / microseconds_per_second;
  std::int64_t fraction = microseconds % microseconds_per_second;
  if (fraction < 0) {
    fraction += microseconds_per_second;
    --seconds;
  }
  const std::time_t unix_seconds = seconds + unix_seconds_at_2000;
  std::tm parts{};
  EXPECT_NE(gmtime_r(&unix_seconds, &parts), nullptr);
  const int year = parts.tm_year + 1900;
  char text[96];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ%s", year > 0 ? year : 1 - year,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(fraction),
                year > 0 ? "" : " BC");
  return text;
}

TEST(UtcTime, WritesKnownMoments) {
  EXPECT_EQ(utc(0), "2000-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc(-1), "1999-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc(1), "2000-01-01T00:00:00.000001Z");
  EXPECT_EQ(utc(59 * microseconds_per_day + microseconds_per_day - 1), "2000-02-29T23:59:59.999999Z");
  EXPECT_EQ(utc(-unix_seconds_at_2000 * microseconds_per_second), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc(-730'119 * microseconds_per_day), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc(-730'119 * microseconds_per_day - 1), "0001-12-31T23:59:59.999999Z BC");
  EXPECT_EQ(utc(2'921'940 * microseconds_per_day - 1), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc(2'921'940 * microseconds_per_day), "10000-01-01T00:00:00.000000Z");
}

TEST(UtcTime, CoversTheServersRange) {
  EXPECT_EQ(utc(9'223'371'331'200'000'000 - 1), "294276-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc(-211'813'488'000'000'000), "4714-11-24T00:00:00.000000Z BC");
  EXPECT_EQ(date(2'145'031'948), "5874897-12-31");
  EXPECT_EQ(date(-2'451'545), "4714-11-24 BC");
}

TEST(UtcTime, AgreesWithTheCLibraryOnRandomMoments) {
  std::mt19937_64 random(20240229); // NOLINT(cert-msc51-cpp): the same run each time
  std::uniform_int_distribution<std::int64_t> moment(-211'813'488'000'000'000, 9'223'371'331'199'999'999);
  std::uniform_int_distribution<std::int64_t> near(-800'000 * microseconds_per_day, 3'000'000 * microseconds_per_day);
  for (int i = 0; i < 200'000; ++i) {
    const std::int64_t wide = moment(random);
    ASSERT_EQ(utc(wide), by_gmtime(wide)) << wide;
    const std::int64_t close = near(random);
    ASSERT_EQ(utc(close), by_gmtime(close)) << close;
  }
}

TEST(UtcTime, AgreesWithCountingDayByDay) {
  const auto is_leap = [](std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); };
  const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t year = -801;
  unsigned month = 1;
  unsigned day = 1;
  // 2801 years of 365 days and the leap days among -801 to 1999: 400-year eras of 97, by count.
  std::int64_t days = 0;
  for (std::int64_t y = year; y < 2000; ++y) {
    days -= is_leap(y) ? 366 : 365;
  }
  while (year < 2801) {
    const lifecycle::CivilDate got = lifecycle::civil_date(days);
    ASSERT_EQ(got.year, year) << days;
    ASSERT_EQ(got.month, month) << days;
    ASSERT_EQ(got.day, day) << days;
    ++days;
    if (++day > lengths[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U)) {
      day = 1;
      if (++month > 12) {
        month = 1;
        ++year;
      }
    }
  }
}

TEST(UtcTime, KnowsTheFourDigitYears) {
  EXPECT_TRUE(lifecycle::has_four_digit_year(0));
  EXPECT_TRUE(lifecycle::has_four_digit_year(-730'119 * microseconds_per_day));
  EXPECT_FALSE(lifecycle::has_four_digit_year(-730'119 * microseconds_per_day - 1));
  EXPECT_TRUE(lifecycle::has_four_digit_year(2'921'940 * microseconds_per_day - 1));
  EXPECT_FALSE(lifecycle::has_four_digit_year(2'921'940 * microseconds_per_day));
  EXPECT_FALSE(lifecycle::is_finite_time(std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(lifecycle::is_finite_time(std::numeric_limits<std::int64_t>::min()));
  EXPECT_TRUE(lifecycle::is_finite_time(std::numeric_limits<std::int64_t>::min() + 1));
}

TEST(UtcTime, TheMemoChangesNothing) {
  lifecycle::DayMemo memo;
  const std::int64_t moments[] = {0,
                                  5,
                                  microseconds_per_day,
                                  7,
                                  -1,
                                  -730'119 * microseconds_per_day - 1,
                                  -730'119 * microseconds_per_day - 2,
                                  2'921'940 * microseconds_per_day,
                                  0};
  for (const std::int64_t moment : moments) {
    char text[lifecycle::utc_timestamp_size];
    char* const end = lifecycle::write_utc_timestamp(moment, text, memo);
    EXPECT_EQ(std::string(text, static_cast<std::size_t>(end - text)), utc(moment));
  }
}

TEST(UtcTime, WritesTimesOfDay) {
  char text[lifecycle::utc_timestamp_size];
  const auto time = [&](std::int64_t microseconds) {
    return std::string(text, static_cast<std::size_t>(lifecycle::write_time_of_day(microseconds, text) - text));
  };
  EXPECT_EQ(time(0), "00:00:00.000000");
  EXPECT_EQ(time(86'399'999'999), "23:59:59.999999");
  EXPECT_EQ(time(microseconds_per_day), "24:00:00.000000");
}

} // namespace
