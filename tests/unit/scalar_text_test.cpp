#include "functions/row/scalar_text.hpp"

#include <limits>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "functions/row/compact_json.hpp"
#include "functions/row/xsd_time.hpp"

namespace {

namespace row = lifecycle::row;

template <typename Write>
std::string written(Write write) {
  std::string text(512, '#');
  char* const end = write(text.data());
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

std::string interval(std::int64_t microseconds, std::int32_t days, std::int32_t months) {
  const std::string text = written([&](char* to) { return row::write_interval({microseconds, days, months}, to); });
  EXPECT_LE(text.size(), row::scalar_text_size);
  return text;
}

TEST(ScalarText, WritesIntegersAndBooleans) {
  EXPECT_EQ(written([](char* to) { return row::write_integer(std::numeric_limits<std::int64_t>::min(), to); }),
            "-9223372036854775808");
  EXPECT_EQ(written([](char* to) { return row::write_boolean(true, to); }), "true");
  EXPECT_EQ(written([](char* to) { return row::write_boolean(false, to); }), "false");
}

TEST(ScalarText, WritesHexAndUuids) {
  EXPECT_EQ(written([](char* to) { return row::write_hex(std::string_view("\x00\x7f\xff\xab", 4), to); }), "007fffab");
  EXPECT_EQ(written([](char* to) { return row::write_hex({}, to); }), "");
  EXPECT_EQ(written([](char* to) {
              return row::write_uuid("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", to);
            }),
            "00112233-4455-6677-8899-aabbccddeeff");
}

// Every byte at every place, and nothing beyond the text.
TEST(ScalarText, WritesEveryUuid) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 16; ++at) {
      std::string bytes(16, static_cast<char>(255 - byte));
      bytes[at] = static_cast<char>(byte);
      std::string expected = written([&](char* to) { return row::write_hex(bytes, to); });
      for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        expected.insert(dash, 1, '-');
      }
      const auto text = std::make_unique<char[]>(36); // a sanitizer sees any byte too far
      ASSERT_EQ(row::write_uuid(bytes.data(), text.get()), text.get() + 36);
      ASSERT_EQ(std::string(text.get(), 36), expected);
    }
  }
}

TEST(ScalarText, WritesIntervals) {
  EXPECT_EQ(interval(0, 0, 0), "PT0S");
  EXPECT_EQ(interval(0, 0, 14), "P1Y2M");
  EXPECT_EQ(interval(0, -3, 0), "P-3D");
  EXPECT_EQ(interval(14'706'700'000, 3, -14), "P-1Y-2M3DT4H5M6.7S");
  EXPECT_EQ(interval(-14'706'700'000, 0, 0), "PT-4H-5M-6.7S");
  EXPECT_EQ(interval(-1, 0, 0), "PT-0.000001S");
  EXPECT_EQ(interval(1'000'000, 0, 0), "PT1S");
  EXPECT_EQ(interval(120'000'000, 0, 0), "PT2M");
  EXPECT_EQ(interval(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int32_t>::max(),
                     std::numeric_limits<std::int32_t>::max()),
            "infinity");
  EXPECT_EQ(interval(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int32_t>::min(),
                     std::numeric_limits<std::int32_t>::min()),
            "-infinity");
  EXPECT_EQ(interval(std::numeric_limits<std::int64_t>::min(), 0, std::numeric_limits<std::int32_t>::min()),
            "P-178956970Y-8MT-2562047788H-54.775808S");
}

TEST(ScalarText, WritesTimesAsTheServersJson) {
  const auto timestamp = [](std::int64_t moment, std::string_view zone) {
    return written([&](char* to) { return row::write_xsd_timestamp(moment, zone, to); });
  };
  EXPECT_EQ(timestamp(0, "+00:00"), "2000-01-01T00:00:00+00:00");
  EXPECT_EQ(timestamp(1, ""), "2000-01-01T00:00:00.000001");
  EXPECT_EQ(timestamp(500'000, ""), "2000-01-01T00:00:00.5");
  EXPECT_EQ(timestamp(10'000'000, ""), "2000-01-01T00:00:10");
  EXPECT_EQ(timestamp(-730'119 * lifecycle::microseconds_per_day - 1, "+00:00"), "0001-12-31T23:59:59.999999+00:00 BC");
  EXPECT_EQ(written([](char* to) { return row::write_xsd_time_of_day(3'600'000'000, to); }), "01:00:00");
}

TEST(CompactJson, TakesOutSpaceBetweenTokensOnly) {
  const auto compact = [](std::string_view text) {
    return written([&](char* to) { return row::write_compact_json(to, text); });
  };
  EXPECT_EQ(compact(""), "");
  EXPECT_EQ(compact(" 1.50 "), "1.50");
  EXPECT_EQ(compact("{ \"a b\" :\r\n\t[ 1 , \"x \\\" y\" , null ] , \"\\\\\" : \" \" }"),
            R"({"a b":[1,"x \" y",null],"\\":" "})");
  EXPECT_EQ(compact(R"({"dup": 1, "dup": 2})"), R"({"dup":1,"dup":2})");
  // Not JSON, but nothing may be read or written beyond it.
  EXPECT_EQ(compact("\"open"), "\"open");
  EXPECT_EQ(compact("\"open\\"), "\"open\\");
}

} // namespace
