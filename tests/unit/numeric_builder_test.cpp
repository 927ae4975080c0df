// What the builder makes is read back by the (independently tested) decimal reader, and its bytes are the shortest
// form.
#include "functions/row/numeric_builder.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "functions/row/decimal.hpp"

namespace {

namespace row = lifecycle::row;

template <typename Number>
std::string built(Number number) {
  std::string bytes(64, '#');
  const std::size_t size = row::build_numeric(number, bytes.data());
  EXPECT_LE(size, row::built_numeric_size);
  EXPECT_EQ(bytes[size], '#');
  bytes.resize(size);
  return bytes;
}

std::string text_of(const std::string& bytes) {
  const row::Decimal decimal = row::read_decimal(bytes);
  // No zero word at either end: the server's equality does not mind, its hash and our byte comparison do.
  if (decimal.count > 0) {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    std::memcpy(&first, decimal.words, sizeof first);
    std::memcpy(&last, decimal.words + 2 * (decimal.count - 1), sizeof last);
    EXPECT_NE(first, 0);
    EXPECT_NE(last, 0);
  }
  std::string text(row::decimal_bound(decimal), '#');
  text.resize(static_cast<std::size_t>(row::write_decimal(decimal, text.data()) - text.data()));
  return text;
}

TEST(NumericBuilder, BuildsIntegers) {
  for (const std::int64_t value :
       {INT64_C(0), INT64_C(1), INT64_C(-1), INT64_C(9999), INT64_C(10000), INT64_C(10001), INT64_C(-100000000),
        INT64_C(123456789012345678), std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(text_of(built(value)), std::to_string(value));
  }
  std::mt19937_64 random(64); // NOLINT(cert-msc51-cpp): the same run each time
  for (int i = 0; i < 100'000; ++i) {
    const auto value = static_cast<std::int64_t>(random()) >> (random() % 64);
    ASSERT_EQ(text_of(built(value)), std::to_string(value));
  }
}

TEST(NumericBuilder, TakesTheShortHeader) {
  EXPECT_EQ(built(INT64_C(0)), std::string("\x00\x80", 2));
  EXPECT_EQ(built(std::string_view("0")), std::string("\x00\x80", 2));
  EXPECT_EQ(built(std::string_view("-0")), std::string("\x00\x80", 2));
  EXPECT_EQ(built(INT64_C(-1)), std::string("\x00\xA0\x01\x00", 4));
  EXPECT_EQ(built(std::string_view("1.5")), std::string("\x80\x80\x01\x00\x88\x13", 6));
}

// Plain decimals come back as they are written.
TEST(NumericBuilder, BuildsPlainDecimals) {
  for (const std::string_view text : {"1.5", "-0.1", "0.0001", "0.00012345", "123456.789", "100000", "999999999999999",
                                      "1234567.125", "0.3333333333333333", "12345678.90123457", "-99999.00000001"}) {
    EXPECT_EQ(text_of(built(text)), text);
  }
}

TEST(NumericBuilder, BuildsExponents) {
  EXPECT_EQ(text_of(built(std::string_view("1e+15"))), "1" + std::string(15, '0'));
  EXPECT_EQ(text_of(built(std::string_view("-1.25e+16"))), "-125" + std::string(14, '0'));
  EXPECT_EQ(text_of(built(std::string_view("1e-05"))), "0.00001");
  EXPECT_EQ(text_of(built(std::string_view("1.25e-07"))), "0.000000125");
  EXPECT_EQ(text_of(built(std::string_view("5e-324"))), "0." + std::string(323, '0') + "5");
  EXPECT_EQ(text_of(built(std::string_view("1.7976931348623157e+308"))), "17976931348623157" + std::string(292, '0'));
}

// Every double's shortest text, by the C++ library, has the value of the numeric built from it.
TEST(NumericBuilder, KeepsTheValueOfEveryDouble) {
  std::mt19937_64 random(754); // NOLINT(cert-msc51-cpp): the same run each time
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) {
      continue;
    }
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const std::string decimal = text_of(built(std::string_view(text, static_cast<std::size_t>(end - text))));
    double back = 0;
    const auto parsed = std::from_chars(decimal.data(), decimal.data() + decimal.size(), back);
    ASSERT_EQ(parsed.ec, std::errc()) << text;
    ASSERT_EQ(back, value) << text << " became " << decimal;
  }
}

} // namespace
