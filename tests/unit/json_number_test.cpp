// Numbers: the ECMAScript form of doubles, exact decimals, and everything at the edges between them.
#include "functions/json/number_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "functions/core/error.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/shared_data.hpp"
#include "tests/unit/support/slow_canonical.hpp"

namespace {

using lifecycle::json::NumberForm;
using lifecycle::test::encode_numeric;

// Empty for a number that has no form.
std::string written(const std::string& spelled, NumberForm form = NumberForm::strict) {
  lifecycle::json::OutputBuffer buffer;
  char* const cursor = buffer.room(buffer.start(), lifecycle::json::short_number);
  const char* const end = write_number(cursor, encode_numeric(spelled), form, buffer);
  return std::string(end == nullptr ? std::string_view() : buffer.finish(end));
}

std::string exact(const std::string& spelled) { return written(spelled, NumberForm::exact); }

double double_of(const std::string& hex) {
  const std::uint64_t bits = std::stoull(hex, nullptr, 16);
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

TEST(JsonNumber, EcmascriptSuite) {
  SKIP_WITHOUT_SHARED("jcs/es6testfile-10k.txt");
  std::size_t count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("jcs/es6testfile-10k.txt")) {
    const std::size_t comma = line.find(',');
    char spelled[64];
    std::snprintf(spelled, sizeof spelled, "%.17g", double_of(line.substr(0, comma)));
    EXPECT_EQ(written(spelled), line.substr(comma + 1)) << line;
    // The expected text is its own form, in both modes.
    EXPECT_EQ(written(line.substr(comma + 1)), line.substr(comma + 1));
    EXPECT_EQ(exact(line.substr(comma + 1)), line.substr(comma + 1));
    ++count;
  }
  EXPECT_EQ(count, 10000U);
}

TEST(JsonNumber, OtherSpellings) {
  SKIP_WITHOUT_SHARED("jcs/numbers.csv");
  std::size_t count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("jcs/numbers.csv")) {
    const std::size_t first = line.find(',');
    const std::size_t second = line.find(',', first + 1);
    if (count++ > 0) {
      EXPECT_EQ(written(line.substr(first + 1, second - first - 1)), line.substr(second + 1)) << line;
    }
  }
  EXPECT_EQ(count, 1003U);
}

TEST(JsonNumber, Forms) {
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"1", "1"},
      {"1.0", "1"},
      {"-1.50", "-1.5"},
      {"10", "10"},
      {"9999", "9999"},
      {"10000", "10000"},
      {"100000000", "100000000"},
      {"999999999999", "999999999999"},
      {"0.1", "0.1"},
      {"0.000001", "0.000001"},
      {"0.0000001", "1e-7"},
      {"123e-9", "1.23e-7"},
      {"1e20", "100000000000000000000"},
      {"123456789012345e6", "123456789012345000000"},
      {"1e21", "1e+21"},
      {"12e21", "1.2e+22"},
      {"-1e-300", "-1e-300"},
      {"9007199254740991", "9007199254740991"},
      {"9007199254740992", "9007199254740992"},
      {"9007199254740993", "9007199254740992"},
      {"12345678901234567890", "12345678901234567000"},
      {"4.9406564584124654e-324", "5e-324"},
      {"2.2250738585072014e-308", "2.2250738585072014e-308"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"1e-307", "1e-307"},
      {"1e308", "1e+308"},
      {"3e-324", "5e-324"},
      {"2e-324", "0"},
      {"-2e-324", "0"},
      {"1e-400", "0"},
      {"-1e-16383", "0"},
      {"123e-320", "1.23e-318"},
      {"5.6843418860808015e-14", "5.684341886080802e-14"},
      {"333333333.33333329", "333333333.3333333"},
      {"0.1000000000000000055511151231257827", "0.1"},
  };
  for (const auto& [spelled, form] : forms) {
    EXPECT_EQ(written(spelled), form) << spelled;
  }
}

TEST(JsonNumber, BeyondDoubles) {
  EXPECT_EQ(written("1.7976931348623158e308"), "1.7976931348623157e+308"); // rounds down
  for (const char* over : {"1.7976931348623159e308", "1e309", "-1e309", "1e400", "-1e131071"}) {
    EXPECT_EQ(written(over), "") << over;
  }
  for (const char* special : {"NaN", "Infinity", "-Infinity"}) {
    EXPECT_EQ(written(special), "");
    EXPECT_EQ(exact(special), "");
  }
}

TEST(JsonNumber, ExactKeepsWhatADoubleWouldLose) {
  EXPECT_EQ(exact("0.1"), "0.1");
  EXPECT_EQ(exact("1e21"), "1e+21");
  EXPECT_EQ(exact("100000000000000000000000.000"), "1e+23");
  EXPECT_EQ(exact("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827");
  EXPECT_EQ(exact("9007199254740993"), "9007199254740993");
  EXPECT_EQ(exact("9007199254740993.00"), "9007199254740993");
  EXPECT_EQ(exact("-12345678901234567890.50"), "-12345678901234567890.5");
  EXPECT_EQ(exact("2e-324"), std::string("0.") + std::string(323, '0') + "2");
  EXPECT_EQ(exact("1e400"), std::string("1") + std::string(400, '0'));
  EXPECT_EQ(exact("1.5e-16000"), std::string("0.") + std::string(15999, '0') + "15");
  EXPECT_EQ(exact("-1e131071"), std::string("-1") + std::string(131071, '0'));
}

TEST(JsonNumber, RandomNumbersAgreeWithTheSlowWriter) {
  lifecycle::test::RandomJson random(99);
  for (int i = 0; i < 10000; ++i) {
    const std::string spelled = random.number(true);
    EXPECT_EQ(exact(spelled), lifecycle::test::slow_number(spelled, true)) << spelled;
    if (std::isfinite(std::strtod(spelled.c_str(), nullptr))) {
      EXPECT_EQ(written(spelled), lifecycle::test::slow_number(spelled, false)) << spelled;
    } else {
      EXPECT_EQ(written(spelled), "") << spelled;
    }
  }
}

// The quick way and the thorough one, over everything that has few words and what lies around it.
TEST(JsonNumber, FewWords) {
  const auto thoroughly = [](const std::string& bytes, NumberForm form) {
    lifecycle::json::OutputBuffer buffer;
    char* const cursor = buffer.room(buffer.start(), lifecycle::json::short_number);
    const char* const end = write_any_number(cursor, lifecycle::json::read_numeric(bytes), form, buffer);
    return std::string(end == nullptr ? std::string_view() : buffer.finish(end));
  };
  const std::vector<std::string> wholes = {"0",
                                           "1",
                                           "9",
                                           "10",
                                           "100",
                                           "999",
                                           "1000",
                                           "9999",
                                           "10000",
                                           "10001",
                                           "70000",
                                           "99999999",
                                           "100000000",
                                           "100000001",
                                           "12345678",
                                           "100020000",
                                           "1000000000",
                                           "99999999999",
                                           "12345678901",
                                           "999999999999",
                                           "100000000000",
                                           "1000000000000",
                                           "1234567890123"};
  const std::vector<std::string> fractions = {"",          ".0",        ".1",         ".5948",         ".00",
                                              ".10",       ".0001",     ".001",       ".9999",         ".00001",
                                              ".00010001", ".12345678", ".0000001",   ".1000",         ".123",
                                              ".1230",     ".00000001", ".123456789", ".0000000000012"};
  for (const std::string& whole : wholes) {
    for (const std::string& fraction : fractions) {
      for (const std::string& sign : {std::string(), std::string("-")}) {
        const std::string spelled = sign + whole + fraction;
        const std::string bytes = encode_numeric(spelled);
        EXPECT_EQ(written(spelled), thoroughly(bytes, NumberForm::strict)) << spelled;
        EXPECT_EQ(exact(spelled), thoroughly(bytes, NumberForm::exact)) << spelled;
        EXPECT_EQ(exact(spelled), lifecycle::test::slow_number(spelled, true)) << spelled;
      }
    }
  }
  // Every pattern of three words, with each header that the short form can have.
  for (const unsigned words : {1U, 2U, 3U}) {
    for (unsigned pattern = 0; pattern < 216; ++pattern) {
      for (int weight = -3; weight < 5; ++weight) {
        std::string bytes = encode_numeric("1.0001");
        bytes.resize(6 + 2 * words);
        const std::uint32_t length = lifecycle::json::numeric_length_word(bytes.size());
        std::memcpy(bytes.data(), &length, sizeof length);
        const auto header = static_cast<std::uint16_t>(0x8000U | (pattern % 2 == 0 ? 0U : 0x2000U) |
                                                       (static_cast<unsigned>(weight) & 0x7FU));
        std::memcpy(bytes.data() + 4, &header, sizeof header);
        unsigned rest = pattern;
        for (unsigned i = 0; i < words; ++i, rest /= 6) {
          const std::uint16_t choices[] = {0, 1, 120, 1000, 9999, 305};
          std::memcpy(bytes.data() + 6 + std::size_t{2} * i, &choices[rest % 6], 2);
        }
        for (const NumberForm form : {NumberForm::strict, NumberForm::exact}) {
          lifecycle::json::OutputBuffer buffer;
          char* const cursor = buffer.room(buffer.start(), lifecycle::json::short_number);
          const char* const end = write_number(cursor, bytes, form, buffer);
          EXPECT_EQ(std::string(buffer.finish(end)), thoroughly(bytes, form)) << pattern << " " << weight;
        }
      }
    }
  }
}

// Different values never share an exact form, equal ones always do.
TEST(JsonNumber, ExactIsOneToOne) {
  lifecycle::test::RandomJson random(5);
  std::map<std::string, std::string> values; // form -> plain decimal
  for (int i = 0; i < 5000; ++i) {
    // Neighbours around a double: the digits of one, and the same with its last digits changed.
    const std::string stem = random.digits(14 + random.below(4));
    std::string exponent = std::to_string(static_cast<int>(random.below(60)) - 40);
    exponent.insert(exponent.begin(), 'e');
    for (const std::string& tail : {std::string(), std::string("0"), std::string("1"), random.digits(3)}) {
      const std::string spelled = stem + tail + exponent;
      const std::string plain = lifecycle::test::slow_plain(lifecycle::test::slow_decimal(spelled));
      const auto [at, added] = values.emplace(exact(spelled), plain);
      EXPECT_EQ(at->second, plain) << spelled;
    }
  }
}

TEST(JsonNumber, LongFormOfShortNumbers) {
  // The long header with a small weight, as a large display scale makes it.
  EXPECT_EQ(written(std::string("1.") + std::string(70, '0')), "1");
  EXPECT_EQ(written(std::string("-42.5") + std::string(70, '0')), "-42.5");
}

TEST(JsonNumber, DamagedWords) {
  for (const std::string spelled : {"7", "70000", "1.5", "123456789012345678901234567890.5"}) {
    std::string bytes = encode_numeric(spelled);
    const std::uint16_t word = 10000;
    std::memcpy(bytes.data() + bytes.size() - 2, &word, 2);
    lifecycle::json::OutputBuffer buffer;
    char* const cursor = buffer.room(buffer.start(), lifecycle::json::short_number);
    EXPECT_THROW(write_number(cursor, bytes, NumberForm::exact, buffer), lifecycle::Error) << spelled;
  }
}

TEST(JsonNumber, Descriptions) {
  const auto described = [](const std::string& spelled) {
    const std::string bytes = encode_numeric(spelled);
    return describe_number(lifecycle::json::read_numeric(bytes));
  };
  EXPECT_EQ(described("1e400"), "1e+400");
  EXPECT_EQ(described("-1234.5e-400"), "-1.2345e-397");
  EXPECT_EQ(described("0"), "0");
  EXPECT_EQ(described(std::string(50, '3')), std::string("3.") + std::string(39, '3') + "e+49 (first 40 digits)");
}

} // namespace
