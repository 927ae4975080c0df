// JSON text to jsonb: byte for byte what the server would store, and everything that is refused told apart.
#include "functions/json/text_reader.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "functions/core/limits.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/shared_data.hpp"

namespace {

using lifecycle::json::TextFault;
using lifecycle::json::TextReader;
using lifecycle::test::encode_jsonb;
using lifecycle::test::JsonValue;
using lifecycle::test::RandomJson;

// Reads from a block of exactly the text's size, so that a sanitizer sees every byte read beyond it.
struct Reading {
  explicit Reading(std::string_view text) : block(std::make_unique<char[]>(text.size())) {
    std::copy(text.begin(), text.end(), block.get());
    good = reader.read({block.get(), text.size()});
  }

  [[nodiscard]] std::string jsonb() {
    const auto& root = reader.node(reader.root());
    const auto room = std::make_unique<char[]>(reader.jsonb_bound(root) + 3);
    // At an address that is no multiple of four: alignment counts from the document.
    char* const at = room.get() + 3;
    return {at, reader.write_jsonb(root, at)};
  }

  std::unique_ptr<char[]> block;
  TextReader reader;
  bool good = false;
};

TextFault fault_of(std::string_view text) {
  const Reading reading(text);
  return reading.good ? TextFault::none : reading.reader.problem().fault;
}

std::string pointer_of(std::string_view text) {
  const Reading reading(text);
  EXPECT_FALSE(reading.good) << text;
  EXPECT_FALSE(reading.reader.problem().detail.empty());
  return reading.reader.problem().pointer;
}

void spell_text(std::string& out, const std::string& text, RandomJson& random) {
  out += '"';
  for (const char c : text) {
    char escape[8];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += random.below(2) == 0 ? "\\n" : "\\u000A";
        break;
      case '/':
        out += random.below(2) == 0 ? "\\/" : "/";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || (static_cast<unsigned char>(c) < 0x80 && random.below(30) == 0)) {
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Values of equal keys are left out. Says what was spelled.
JsonValue spell(std::string& out, const JsonValue& value, RandomJson& random) {
  const auto blank = [&] { out += random.below(6) == 0 ? " \n" : ""; };
  blank();
  JsonValue spelled = value;
  switch (value.kind) {
    case JsonValue::Kind::null:
      out += "null";
      break;
    case JsonValue::Kind::boolean:
      out += value.truth ? "true" : "false";
      break;
    case JsonValue::Kind::number:
      out += value.text;
      break;
    case JsonValue::Kind::string:
      spell_text(out, value.text, random);
      break;
    case JsonValue::Kind::array: {
      out += '[';
      spelled.items.clear();
      for (const JsonValue& item : value.items) {
        out += spelled.items.empty() ? "" : ",";
        spelled.items.push_back(spell(out, item, random));
      }
      out += ']';
      break;
    }
    case JsonValue::Kind::object: {
      out += '{';
      spelled.members.clear();
      std::set<std::string> keys;
      for (const auto& [key, member] : value.members) {
        if (!keys.insert(key).second) {
          continue;
        }
        out += spelled.members.empty() ? "" : ",";
        blank();
        spell_text(out, key, random);
        blank();
        out += ':';
        spelled.members.push_back({key, spell(out, member, random)});
      }
      out += '}';
      break;
    }
  }
  blank();
  return spelled;
}

TEST(TextReader, RandomDocuments) {
  RandomJson random(7);
  TextReader kept;
  int containers = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const JsonValue value = spell(text, random.value(3, false), random);
    Reading reading(text);
    ASSERT_TRUE(reading.good) << text << "\n" << reading.reader.problem().detail;
    if (value.kind != JsonValue::Kind::object && value.kind != JsonValue::Kind::array) {
      continue;
    }
    ++containers;
    ASSERT_EQ(reading.jsonb(), encode_jsonb(value)) << text;
    // A reader that has read others before gives the same.
    ASSERT_TRUE(kept.read(text));
    const auto room = std::make_unique<char[]>(kept.jsonb_bound(kept.node(0)));
    ASSERT_EQ(std::string(room.get(), kept.write_jsonb(kept.node(0), room.get())), encode_jsonb(value));
    kept.trim();
    // A damaged text is read or refused, within its bytes.
    std::string damaged = text;
    damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    fault_of(damaged);
    fault_of(std::string_view(text).substr(0, random.below(text.size())));
  }
  EXPECT_GT(containers, 1000);
}

TEST(TextReader, Numbers) {
  for (const char* number : {"0",
                             "-0",
                             "0.0",
                             "-0.00",
                             "1",
                             "10000",
                             "99999999",
                             "100000000",
                             "0.0001",
                             "0.00010",
                             "123456789012345678",
                             "1234567890123456789",
                             "12345678901234567890123456789",
                             "0.1e1",
                             "1E5",
                             "1e-5",
                             "12.5e+3",
                             "1e20",
                             "1e-20",
                             "123.456e-10",
                             "1e308",
                             "-1.7976931348623157e308",
                             "5e-324",
                             "4.9e-324",
                             "0e99999",
                             "0.000e5",
                             "1.50",
                             "9999.9999",
                             "10000.0001",
                             "1e15",
                             "1e16",
                             "1e17",
                             "0.00000000000000000000000000000000000000000000000000000000000000000001"}) {
    std::string text = "[" + std::string(number) + "]";
    Reading reading(text);
    ASSERT_TRUE(reading.good) << number;
    EXPECT_EQ(reading.jsonb(), encode_jsonb(JsonValue::of_array({JsonValue::of_number(number)}))) << number;
  }
  const std::string long_whole(309, '9');
  const std::string zeros(20000, '0');
  for (const std::string& number :
       {std::string("1e400"), std::string("-1e400"), std::string("1e309"), std::string("1e-400"),
        std::string("1.8e308"), std::string("123123e100000"), std::string("1e99999999999999999999"), long_whole + "9",
        "0." + zeros + "1", "1." + zeros, std::string("0e-20000")}) {
    EXPECT_EQ(fault_of("[" + number + "]"), TextFault::number_out_of_range) << number.substr(0, 30);
  }
  TextReader numerics(TextReader::Numbers::numerics);
  for (const std::string& number :
       {std::string("1e400"), std::string("-1e400"), std::string("1e-400"), long_whole + "9", std::string("1e131071"),
        std::string("-123e131069"), std::string("1.5e-16000"), "0." + std::string(16382, '0') + "1",
        std::string("0e131071")}) {
    const std::string text = "[" + number + "]";
    ASSERT_TRUE(numerics.read(text)) << number.substr(0, 30);
    const auto& root = numerics.node(numerics.root());
    std::string jsonb(numerics.jsonb_bound(root), '\0');
    jsonb.resize(static_cast<std::size_t>(numerics.write_jsonb(root, jsonb.data()) - jsonb.data()));
    EXPECT_EQ(jsonb, encode_jsonb(JsonValue::of_array({JsonValue::of_number(number)}))) << number.substr(0, 30);
  }
  for (const std::string& number :
       {std::string("1e131072"), std::string("10e131071"), std::string("1e99999999999999999999"), "1." + zeros,
        std::string("1e-16384"), std::string("0e-20000"), std::string(131073, '9')}) {
    EXPECT_FALSE(numerics.read("[" + number + "]")) << number.substr(0, 30);
    EXPECT_EQ(numerics.problem().fault, TextFault::number_out_of_range);
    EXPECT_NE(numerics.problem().detail.find("a numeric"), std::string::npos);
  }
  RandomJson random(3);
  for (int round = 0; round < 20000; ++round) {
    const std::string number = random.number(true);
    Reading reading("[" + number + "]");
    if (reading.good) {
      ASSERT_EQ(reading.jsonb(), encode_jsonb(JsonValue::of_array({JsonValue::of_number(number)}))) << number;
    } else {
      ASSERT_EQ(reading.reader.problem().fault, TextFault::number_out_of_range) << number;
    }
  }
}

TEST(TextReader, Faults) {
  for (const char* text : {"",           " ",           "{",
                           "}",          "[",           "[1,]",
                           "[1",         "{\"a\"}",     "{\"a\":}",
                           "{\"a\":1,}", "{a:1}",       "'a'",
                           "[1 2]",      "{}{}",        "[01]",
                           "[-]",        "[1.]",        "[.5]",
                           "[1e]",       "[+1]",        "[tru]",
                           "[True]",     "nul",         "[\"a]",
                           "[\"\\x\"]",  "[\"\\u12\"]", "[\"\\",
                           "[\"\t\"]",   "[\"a\nb\"]",  "{\"a\":1 \"b\":2}",
                           "[NaN]",      "[Infinity]",  "\xEF\xBB\xBF{}",
                           "{\"a\":1]",  "[1}",         "[1]x"}) {
    EXPECT_EQ(fault_of(text), TextFault::malformed) << text;
  }
  EXPECT_EQ(fault_of("{\"a\":1,\"a\":1}"), TextFault::duplicate_key);
  EXPECT_EQ(fault_of("{\"a\":1,\"\\u0061\":1}"), TextFault::duplicate_key);
  EXPECT_EQ(fault_of("{\"\":1,\"b\":2,\"\":3}"), TextFault::duplicate_key);
  EXPECT_EQ(fault_of("[\"\\u0000\"]"), TextFault::nul_character);
  EXPECT_EQ(fault_of("{\"a\\u0000\":1}"), TextFault::nul_character);
  EXPECT_EQ(fault_of(std::string_view("[\"a\0\"]", 6)), TextFault::malformed);
  for (const char* text :
       {"[\"\\uD800\"]", "[\"\\uD800x\"]", "[\"\\uDC00\"]", "[\"\\uD800\\n\"]", "[\"\\uD800\\uD800\"]"}) {
    EXPECT_EQ(fault_of(text), TextFault::lone_surrogate) << text;
  }
  EXPECT_EQ(fault_of("[\"\\uD83D\\uDE00\"]"), TextFault::none);
  for (const char* text :
       {"[\"\x80\"]", "[\"\xC3\"]", "[\"\xC0\xAF\"]", "[\"\xED\xA0\x80\"]", "[\"\xF5\x80\x80\x80\"]", "[\"\xE2\x82\"]",
        "\xFF", "[\xFE]", "{\"\xFF\":1}", "[\"aaaaaaaaaaaaaaaaaaaa\xE2\x28\xA1\"]"}) {
    EXPECT_EQ(fault_of(text), TextFault::invalid_utf8) << text;
  }
}

TEST(TextReader, Depth) {
  const unsigned before = lifecycle::limits.max_depth;
  lifecycle::limits.max_depth = 50;
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(fault_of(nested(50)), TextFault::none);
  EXPECT_EQ(fault_of(nested(51)), TextFault::too_deep);
  lifecycle::limits.max_depth = 6000;
  Reading deep(nested(6000));
  ASSERT_TRUE(deep.good);
  EXPECT_EQ(deep.jsonb(), encode_jsonb(nested(6000)));
  EXPECT_EQ(fault_of(std::string(10'000'000, '[')), TextFault::too_deep);
  lifecycle::limits.max_depth = before;
}

TEST(TextReader, Pointers) {
  EXPECT_EQ(pointer_of("{\"a\":[1,{\"b/~\":tru}]}"), "/a/1/b~1~0");
  EXPECT_EQ(pointer_of("{\"a\":{\"b\":1,\"c\":2,\"b\":3}}"), "/a/b");
  EXPECT_EQ(pointer_of("[[],[1],[1,2,1e999]]"), "/2/2");
  EXPECT_EQ(pointer_of("nope"), "");
  EXPECT_EQ(pointer_of("{\"a\":\"\\uD800\"}"), "/a");
}

TEST(TextReader, Members) {
  Reading reading(R"({"bb":1,"a":"x","a\u0062":null})");
  ASSERT_TRUE(reading.good);
  const auto& root = reading.reader.node(reading.reader.root());
  EXPECT_EQ(reading.reader.member(root, "a")->view(), "x");
  EXPECT_EQ(reading.reader.member(root, "bb")->view(), "1");
  EXPECT_EQ(reading.reader.member(root, "ab")->kind, lifecycle::json::TextNode::Kind::null);
  EXPECT_EQ(reading.reader.member(root, "c"), nullptr);
}

std::string from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    bits = bits << 6U | static_cast<unsigned>(alphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFFU);
    }
  }
  return bytes;
}

TEST(TextReader, ParsingSuite) {
  SKIP_WITHOUT_SHARED("json-syntax/parsing.jsonl");
  std::size_t count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("json-syntax/parsing.jsonl")) {
    const auto suite_case = nlohmann::json::parse(line);
    const TextFault fault = fault_of(from_base64(suite_case["base64"].get<std::string>()));
    const std::string expect = suite_case["expect"];
    const std::string name = suite_case["name"];
    if (expect == "accept") {
      // What JSON allows and an event may not have.
      EXPECT_TRUE(fault == TextFault::none || fault == TextFault::duplicate_key || fault == TextFault::nul_character)
          << name;
    } else if (expect == "reject") {
      EXPECT_NE(fault, TextFault::none) << name;
    }
    ++count;
  }
  EXPECT_EQ(count, 158U);
}

} // namespace
