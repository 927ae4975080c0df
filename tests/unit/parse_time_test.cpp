#include "functions/time/parse_time.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "functions/core/utc_time.hpp"

namespace {

using lifecycle::parse_time;
using lifecycle::ParsedTime;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t unix_to_2000 = 946'684'800;

// Microseconds since 2000 by the C library's calendar, which shares no code with ours.
std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0, int seconds = 0, int microseconds = 0) {
  std::tm fields{};
  fields.tm_year = year - 1900;
  fields.tm_mon = month - 1;
  fields.tm_mday = day;
  fields.tm_hour = hour;
  fields.tm_min = minute;
  fields.tm_sec = seconds;
  return (timegm(&fields) - unix_to_2000) * second + microseconds;
}

// The instant, texts without a zone being read as UTC.
std::optional<std::int64_t> utc(std::string_view text) {
  const std::optional<ParsedTime> parsed = parse_time(text);
  return parsed ? lifecycle::instant(*parsed, parsed->offset) : std::nullopt;
}

TEST(ParseTime, ReadsEveryFormOfOneInstant) {
  const std::int64_t noon = at(2024, 2, 29, 12, 30, 0);
  for (const char* text : {"2024-02-29T12:30:00Z",
                           "2024-02-29t12:30:00z",
                           "2024-02-29 12:30:00Z",
                           "2024-02-29 12:30:00 Z",
                           "2024-02-29 12:30:00 UTC",
                           "2024-02-29 12:30:00 utc",
                           "2024-02-29T12:30:00 GMT",
                           "2024-02-29T12:30:00UTC",
                           "2024-02-29T12:30Z",
                           "2024-02-29 12:30",
                           "2024-02-29 12:30:00",
                           "2024-02-29T12:30:00.0",
                           "2024-02-29T12:30:00,000",
                           "2024-02-29T12:30:00+00:00",
                           "2024-02-29T12:30:00-00:00",
                           "2024-02-29T12:30:00+00",
                           "2024-02-29T12:30:00+0000",
                           "2024-02-29T18:00:00+05:30",
                           "2024-02-29T18:00:00+0530",
                           "2024-02-29 18:00:00 +0530",
                           "2024-02-29T04:30:00-08",
                           "2024-02-29T12:29:45-00:00:15",
                           "2024-02-29T12:29:45-000015",
                           "2024-03-01T12:29:59+23:59:59",
                           "2024-02-28T12:30:01-23:59:59",
                           " 2024-02-29T12:30:00Z ",
                           "\t2024-02-29T12:30:00Z\r\n"}) {
    EXPECT_EQ(utc(text), noon) << text;
  }
  EXPECT_EQ(utc("2024-02-29"), at(2024, 2, 29));
}

TEST(ParseTime, SaysWhetherTheTextBroughtItsZone) {
  EXPECT_FALSE(parse_time("2024-02-29")->has_offset);
  EXPECT_FALSE(parse_time("2024-02-29 12:30")->has_offset);
  EXPECT_FALSE(parse_time("2024-02-29 12:30:00.5")->has_offset);
  EXPECT_TRUE(parse_time("2024-02-29 12:30Z")->has_offset);
  EXPECT_TRUE(parse_time("2024-02-29 12:30-00:00")->has_offset);
  EXPECT_EQ(parse_time("2024-02-29 12:30-08:00")->offset, -8 * 3600);
  EXPECT_EQ(parse_time("2024-02-29 12:30-08:00")->local, at(2024, 2, 29, 12, 30));
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           " ",
                           "now",
                           "today",
                           "infinity",
                           "-infinity",
                           "epoch",
                           "null",
                           "1709209800",
                           "20240229T123000Z",
                           "2024-02",
                           "2024",
                           "2024-2-9",
                           "24-02-29",
                           "02024-02-29",
                           "+2024-02-29",
                           "-2024-02-29",
                           "0000-01-01",
                           "10000-01-01",
                           "2024-00-01",
                           "2024-13-01",
                           "2024-01-00",
                           "2024-01-32",
                           "2023-02-29",
                           "1900-02-29",
                           "2024-04-31",
                           "29/02/2024",
                           "2024/02/29",
                           "2024-02-29T",
                           "2024-02-29T12",
                           "2024-02-29T12:",
                           "2024-02-29T12:3",
                           "2024-02-29T12:30:",
                           "2024-02-29T12:30:0",
                           "2024-02-29T1:30:00",
                           "2024-02-29T24:00:00",
                           "2024-02-29T12:60:00",
                           "2024-02-29T12:30:61",
                           "2024-02-29T12:30:60Z",
                           "2024-02-29T12:30:00.",
                           "2024-02-29T12:30:00.Z",
                           "2024-02-29T12:30:00. 5",
                           "2024-02-29T12:30.5Z",
                           "2024-02-29Z",
                           "2024-02-29 UTC",
                           "2024-02-29+01:00",
                           "2024-02-29  12:30:00",
                           "2024-02-29 T12:30:00",
                           "2024-02-29T12:30:00  Z",
                           "2024-02-29T12:30:00+",
                           "2024-02-29T12:30:00+1",
                           "2024-02-29T12:30:00+1:00",
                           "2024-02-29T12:30:00+24:00",
                           "2024-02-29T12:30:00+01:60",
                           "2024-02-29T12:30:00+01:",
                           "2024-02-29T12:30:00+01:0",
                           "2024-02-29T12:30:00+01:00:",
                           "2024-02-29T12:30:00+01:00:60",
                           "2024-02-29T12:30:00+01:0000",
                           "2024-02-29T12:30:00+0100:00",
                           "2024-02-29T12:30:00+010",
                           "2024-02-29T12:30:00+00:00Z",
                           "2024-02-29T12:30:00ZZ",
                           "2024-02-29T12:30:00 EST",
                           "2024-02-29T12:30:00 BC",
                           "2024-02-29T12:30:00 PM",
                           "2024-02-29T12:30:00\xE2\x88\x92"
                           "08:00",
                           "2024\xE2\x80\x93"
                           "02-29",
                           "\xEF\xBC\x92"
                           "024-02-29"}) {
    EXPECT_FALSE(utc(text)) << "'" << text << "'";
  }
  EXPECT_FALSE(utc(std::string_view("2024-02-29\0T12:30:00Z", 21)));
}

TEST(ParseTime, RoundsFractionsToTheNearestMicrosecondHalvesToEven) {
  const std::int64_t base = at(2024, 2, 29, 23, 59, 59);
  const auto after = [&](const std::string& fraction) {
    return utc("2024-02-29T23:59:59." + fraction + "Z").value() - base;
  };
  EXPECT_EQ(after("1"), 100'000);
  EXPECT_EQ(after("000001"), 1);
  EXPECT_EQ(after("123456789"), 123'457);
  EXPECT_EQ(after("0000004"), 0);
  EXPECT_EQ(after("0000005"), 0);
  EXPECT_EQ(after("0000015"), 2);
  EXPECT_EQ(after("0000025"), 2);
  EXPECT_EQ(after("00000250000"), 2);
  EXPECT_EQ(after("00000250001"), 3);
  EXPECT_EQ(after("0000006"), 1);
  EXPECT_EQ(after("9999995"), second) << "999999 is odd: up, into the next day";
  EXPECT_EQ(after("999999" + std::string(5000, '9')), second);
  EXPECT_EQ(after(std::string(5000, '0') + "1"), 0);
}

TEST(ParseTime, TakesLeapSecondsOnlyAtTheEndOfAUtcDay) {
  EXPECT_EQ(utc("2016-12-31T23:59:60Z"), at(2017, 1, 1));
  EXPECT_EQ(utc("2016-12-31T23:59:60.25Z"), at(2017, 1, 1, 0, 0, 0, 250'000));
  EXPECT_EQ(utc("2016-12-31T23:59:60.9999999Z"), at(2017, 1, 1, 0, 0, 1));
  EXPECT_EQ(utc("2017-01-01T05:29:60+05:30"), at(2017, 1, 1));
  EXPECT_FALSE(utc("2016-12-31T23:59:60+00:30"));
  EXPECT_FALSE(utc("2016-12-31T22:59:60Z"));
  // Without a zone of its own the zone that is applied decides.
  EXPECT_EQ(lifecycle::instant(*parse_time("2017-01-01 00:59:60"), 3600), at(2017, 1, 1));
  EXPECT_FALSE(lifecycle::instant(*parse_time("2017-01-01 00:59:60"), 0));
}

TEST(ParseTime, StaysWithinTheYears1To9999OfUtc) {
  EXPECT_TRUE(utc("0001-01-01T00:00:00Z"));
  EXPECT_FALSE(utc("0001-01-01T00:00:00+00:01"));
  EXPECT_TRUE(utc("9999-12-31T23:59:59.999999Z"));
  EXPECT_FALSE(utc("9999-12-31T23:59:59.9999999Z"));
  EXPECT_FALSE(utc("9999-12-31T23:59:59-00:01"));
}

// What we take beyond RFC 3339, and why. Everything else of the suite comes out as the suite says.
const std::map<std::string, std::string> accepted_beyond_rfc_3339 = {
    {"1985-04-12T23:20:50+01", "PostgreSQL and many exporters print whole-hour offsets so"},
    {"1985-04-12T23:20:50Z\n", "blanks around a value are what a line ending leaves in a field"},
};

TEST(ParseTime, AgreesWithTheJsonSchemaSuite) {
  std::ifstream file(SHARED_DATA "/formats/date-time.json");
  if (!file) {
    GTEST_SKIP() << "conformance data absent: " SHARED_DATA "/formats/date-time.json";
  }
  std::size_t texts = 0;
  std::size_t beyond = 0;
  for (const auto& group : nlohmann::json::parse(file)) {
    for (const auto& test : group["tests"]) {
      if (!test["data"].is_string()) {
        continue; // the suite calls every value that is no string valid
      }
      const auto text = test["data"].get<std::string>();
      const bool lenient = accepted_beyond_rfc_3339.contains(text);
      EXPECT_EQ(utc(text).has_value(), lenient || test["valid"].get<bool>()) << text << ": " << test["description"];
      EXPECT_FALSE(lenient && test["valid"].get<bool>()) << text << " needs no exception";
      beyond += lenient ? 1 : 0;
      ++texts;
    }
  }
  EXPECT_EQ(texts, 27U);
  EXPECT_EQ(beyond, accepted_beyond_rfc_3339.size());
}

TEST(ParseTime, ReadsBackWhatTheCLibraryPrints) {
  std::mt19937_64 random(20'260'101);
  std::uniform_int_distribution<std::int64_t> seconds(-62'135'596'800, 253'402'300'799); // years 1 to 9999, Unix time
  std::uniform_int_distribution<int> offsets(-23 * 60 - 59, 23 * 60 + 59);
  std::uniform_int_distribution<int> micros(0, 999'999);
  for (int i = 0; i < 50'000; ++i) {
    const std::int64_t unix_time = seconds(random);
    const int minutes = offsets(random);
    const int fraction = micros(random);
    const std::time_t local = unix_time + minutes * 60;
    std::tm fields{};
    gmtime_r(&local, &fields);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d%c%02d:%02d:%02d.%06d%c%02d:%02d", fields.tm_year + 1900,
                  fields.tm_mon + 1, fields.tm_mday, (i & 1) != 0 ? 'T' : ' ', fields.tm_hour, fields.tm_min,
                  fields.tm_sec, fraction, minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
    if (fields.tm_year + 1900 < 1 || fields.tm_year + 1900 > 9999) {
      EXPECT_FALSE(utc(text.data())) << text.data();
      continue;
    }
    ASSERT_EQ(utc(text.data()), (unix_time - unix_to_2000) * second + fraction) << text.data();
  }
}

// Cuts, swaps and overwrites of valid texts: never a crash (the sanitizers look on), and what is taken is in range.
TEST(ParseTime, SurvivesMutatedTexts) {
  std::mt19937_64 random(7);
  const std::string seed = " 2016-12-31T23:59:60.123456789+00:00:00 UTC";
  const std::string alphabet = "0123456789-+:.,TtZz UTCGM\t\r\n\xF0\x9F\x95\x90";
  for (int i = 0; i < 50'000; ++i) {
    std::string text = seed;
    for (int edits = static_cast<int>(random() % 4); edits >= 0; --edits) {
      const std::size_t place = random() % (text.size() + 1);
      switch (random() % 3) {
        case 0:
          text.erase(place, random() % 20);
          break;
        case 1:
          text.insert(place, 1, alphabet[random() % alphabet.size()]);
          break;
        default:
          if (place < text.size()) {
            text[place] = alphabet[random() % alphabet.size()];
          }
      }
    }
    const std::optional<std::int64_t> result = utc(text);
    ASSERT_TRUE(!result || lifecycle::has_four_digit_year(*result)) << text;
  }
}

} // namespace
