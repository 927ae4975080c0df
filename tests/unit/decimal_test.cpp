// Numerics as text, from bytes laid out by hand as the server lays them out, and random ones against plain arithmetic.
#include "functions/row/decimal.hpp"

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "functions/core/error.hpp"

namespace {

using lifecycle::row::Decimal;

// A numeric after its length word: header (short or long form), then words.
std::string stored(bool negative, int weight, unsigned scale, const std::vector<std::uint16_t>& words,
                   bool long_form = false) {
  std::string bytes;
  const auto put = [&](unsigned value) {
    const auto half = static_cast<std::uint16_t>(value);
    bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  };
  if (long_form || scale > 63 || weight > 63 || weight < -64) {
    put((negative ? 0x4000U : 0U) | scale);
    put(static_cast<std::uint16_t>(weight));
  } else {
    put(0x8000U | (negative ? 0x2000U : 0U) | (scale << 7U) | (static_cast<unsigned>(weight) & 0x7FU));
  }
  for (const std::uint16_t word : words) {
    put(word);
  }
  return bytes;
}

std::string written(const std::string& bytes, bool trimmed = false) {
  const Decimal decimal = lifecycle::row::read_decimal(bytes);
  if (decimal.kind != Decimal::Kind::finite) {
    return std::string(lifecycle::row::special_name(decimal.kind));
  }
  std::string text(lifecycle::row::decimal_bound(decimal), '#');
  char* const end = trimmed ? lifecycle::row::write_trimmed_decimal(decimal, text.data())
                            : lifecycle::row::write_decimal(decimal, text.data());
  EXPECT_LE(static_cast<std::size_t>(end - text.data()), text.size());
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

// As it is written, and as a part of the whole text where it is one.
std::string trimmed(const std::string& bytes) {
  const std::string text = written(bytes, true);
  const std::string whole = written(bytes);
  const std::size_t size = lifecycle::row::trimmed_size(lifecycle::row::read_decimal(bytes), whole);
  EXPECT_TRUE(size == 0 ? !whole.starts_with(text) : whole.substr(0, size) == text) << whole << " " << size;
  return text;
}

TEST(Decimal, WritesAllDigitsOfTheScale) {
  EXPECT_EQ(written(stored(false, 0, 0, {})), "0");
  EXPECT_EQ(written(stored(false, 0, 3, {})), "0.000");
  EXPECT_EQ(written(stored(false, 0, 2, {1, 5000})), "1.50");
  EXPECT_EQ(written(stored(true, 0, 2, {1, 5000})), "-1.50");
  EXPECT_EQ(written(stored(false, 1, 0, {1})), "10000");
  EXPECT_EQ(written(stored(false, 1, 6, {12, 3456, 7800})), "123456.780000");
  EXPECT_EQ(written(stored(false, -1, 2, {500})), "0.05");
  EXPECT_EQ(written(stored(true, -3, 12, {7})), "-0.000000000007");
  EXPECT_EQ(written(stored(false, -3, 13, {7, 5000})), "0.0000000000075");
  EXPECT_EQ(written(stored(false, -3, 9, {7000})), "0.000000007");
}

TEST(Decimal, TrimsTheFractionOnly) {
  EXPECT_EQ(trimmed(stored(false, 0, 0, {})), "0");
  EXPECT_EQ(trimmed(stored(false, 0, 3, {})), "0");
  EXPECT_EQ(trimmed(stored(false, 0, 2, {1, 5000})), "1.5");
  EXPECT_EQ(trimmed(stored(false, 1, 4, {1})), "10000");
  EXPECT_EQ(trimmed(stored(true, 0, 4, {100})), "-100");
  EXPECT_EQ(trimmed(stored(true, -3, 12, {7})), "-0.000000000007");
  EXPECT_EQ(trimmed(stored(false, -1, 6, {1000})), "0.1");
}

// Digits beyond the scale, which PostgreSQL rounds away, are told only by the trimmed text.
TEST(Decimal, TrimsNoTextThatLacksDigits) {
  EXPECT_EQ(trimmed(stored(false, 0, 2, {1, 5050})), "1.505");
  EXPECT_EQ(trimmed(stored(false, 0, 0, {1, 5000})), "1.5");
  EXPECT_EQ(trimmed(stored(false, 0, 2, {1, 0, 1})), "1.00000001");
  EXPECT_EQ(trimmed(stored(false, 0, 4, {1, 5000})), "1.5");
}

TEST(Decimal, ShowsZerosBehindTheLastWord) {
  const std::string zeros(200, '0');
  for (unsigned more = 0; more < 60; ++more) {
    const std::string behind = zeros.substr(0, more);
    EXPECT_EQ(written(stored(false, -1, 4 + more, {123})), "0.0123" + behind);
    EXPECT_EQ(trimmed(stored(false, -1, 4 + more, {123})), "0.0123");
    EXPECT_EQ(written(stored(true, 0, 4 + more, {1, 5000})), "-1.5000" + behind);
    EXPECT_EQ(trimmed(stored(true, 0, 4 + more, {1, 5000})), "-1.5");
    EXPECT_EQ(written(stored(false, 2, 1 + more, {7})), "700000000.0" + behind);
    EXPECT_EQ(trimmed(stored(false, 2, 1 + more, {7})), "700000000");
    EXPECT_EQ(written(stored(false, 0, 1 + more, {})), "0.0" + behind);
    EXPECT_EQ(trimmed(stored(false, 0, 1 + more, {})), "0");
  }
}

TEST(Decimal, ReadsTheLongForm) {
  EXPECT_EQ(written(stored(true, 0, 2, {1, 5000}, true)), "-1.50");
  EXPECT_EQ(written(stored(false, 100, 0, {1})), "1" + std::string(400, '0'));
  EXPECT_EQ(written(stored(false, -100, 400, {1})), "0." + std::string(399, '0') + "1");
  EXPECT_EQ(trimmed(stored(false, -100, 16383, {1})), "0." + std::string(399, '0') + "1");
}

TEST(Decimal, KnowsWhatIsFinite) {
  EXPECT_TRUE(lifecycle::row::is_finite_decimal(stored(true, 0, 2, {1, 5000})));
  EXPECT_TRUE(lifecycle::row::is_finite_decimal(stored(true, 0, 2, {1, 5000}, true)));
  EXPECT_TRUE(lifecycle::row::is_finite_decimal(stored(false, 0, 0, {})));
  for (const std::uint16_t header : {0xC000, 0xD000, 0xF000}) {
    EXPECT_FALSE(lifecycle::row::is_finite_decimal({reinterpret_cast<const char*>(&header), sizeof header}));
  }
  EXPECT_THROW(lifecycle::row::is_finite_decimal("x"), lifecycle::Error);
}

TEST(Decimal, NamesWhatIsNoNumber) {
  const auto special = [](std::uint16_t header) {
    return std::string(reinterpret_cast<const char*>(&header), sizeof header);
  };
  EXPECT_EQ(written(special(0xC000)), "NaN");
  EXPECT_EQ(written(special(0xD000)), "Infinity");
  EXPECT_EQ(written(special(0xF000)), "-Infinity");
}

TEST(Decimal, AgreesWithIntegerArithmetic) {
  std::mt19937_64 random(15); // NOLINT(cert-msc51-cpp): the same run each time
  for (int i = 0; i < 20'000; ++i) {
    // Three words of four digits: an integer below 10^12 with the point put somewhere.
    const std::uint64_t value = random() % 1'000'000'000'000U;
    const std::vector<std::uint16_t> words = {static_cast<std::uint16_t>(value / 100'000'000U),
                                              static_cast<std::uint16_t>(value / 10'000U % 10'000U),
                                              static_cast<std::uint16_t>(value % 10'000U)};
    const int weight = static_cast<int>(random() % 3U);
    std::string digits = std::to_string(value);
    digits.insert(0, 12 - digits.size(), '0');
    const std::size_t point = static_cast<std::size_t>(weight + 1) * 4;
    std::string whole = digits.substr(0, point);
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    std::string expected = whole;
    if (point < 12) {
      expected.append(1, '.').append(digits, point);
    }
    ASSERT_EQ(written(stored(false, weight, static_cast<unsigned>(12 - point), words)), expected);
    if (point < 12) {
      expected.erase(expected.find_last_not_of('0') + 1);
      if (expected.back() == '.') {
        expected.pop_back();
      }
    }
    ASSERT_EQ(trimmed(stored(false, weight, static_cast<unsigned>(12 - point), words)), expected);
  }
}

TEST(Decimal, RefusesDamagedBytes) {
  EXPECT_THROW(written(""), lifecycle::Error);
  EXPECT_THROW(written("x"), lifecycle::Error);
  EXPECT_THROW(written(stored(false, 0, 0, {10000})), lifecycle::Error);
  EXPECT_THROW(written(stored(false, 0, 2, {1, 65535})), lifecycle::Error);
  EXPECT_THROW(written(std::string("\x00\x00", 2)), lifecycle::Error); // a long form without its weight
}

} // namespace
