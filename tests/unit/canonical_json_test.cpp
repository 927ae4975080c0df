// RFC 8785 from binary jsonb: the published vectors, and random documents against a slow independent writer.
#include "functions/json/canonical_writer.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/shared_data.hpp"
#include "tests/unit/support/slow_canonical.hpp"

namespace {

using lifecycle::Error;
using lifecycle::json::CanonicalWriter;
using lifecycle::json::NumberForm;
using lifecycle::test::encode_jsonb;
using lifecycle::test::JsonMember;
using lifecycle::test::JsonValue;
using lifecycle::test::parse_json;

std::string canonical(const std::string& jsonb, NumberForm form = NumberForm::strict) {
  CanonicalWriter writer;
  return std::string(writer.write(jsonb, form));
}

std::string canonical_text(std::string_view json, NumberForm form = NumberForm::strict) {
  return canonical(encode_jsonb(json), form);
}

Error error_of(const std::string& jsonb, NumberForm form = NumberForm::strict) {
  try {
    canonical(jsonb, form);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error("00000", "");
}

// Sets limits for one test.
struct LimitsGuard {
  ~LimitsGuard() { lifecycle::limits = saved; }
  lifecycle::Limits saved = lifecycle::limits;
};

std::string nested(unsigned levels) { return std::string(levels, '[') + "1" + std::string(levels, ']'); }

TEST(CanonicalJson, WritesScalarsAndEmptyContainers) {
  for (const char* json : {"null", "true", "false", "0", "-1", "\"\"", "\"a\"", "[]", "{}", "[[]]", "[{}]",
                           R"({"":{}})", R"([[],{},[[]],{"a":[]}])", R"([null,true,false,1,"x"])"}) {
    EXPECT_EQ(canonical_text(json), json);
  }
}

TEST(CanonicalJson, OrdersKeysByUtf16CodeUnits) {
  // U+FB33 (EF AC B3) comes after U+1F600 (F0 9F 98 80), whose first unit is D83D; byte order would say otherwise.
  EXPECT_EQ(
      canonical_text("{\"\uFB33\":1,\"\U0001F600\":2,\"\u20AC\":3,\"1\":4,\"\":5,\"10\":6,\"1a\":7,\"a\u0080\":8}"),
      "{\"\":5,\"1\":4,\"10\":6,\"1a\":7,\"a\u0080\":8,\"\u20AC\":3,\"\U0001F600\":2,\"\uFB33\":1}");
  EXPECT_EQ(canonical_text("{\"aaaaaaaa\uFB33\":1,\"aaaaaaaa\U0001F600\":2,\"aaaaaaaa\":3}"),
            "{\"aaaaaaaa\":3,\"aaaaaaaa\U0001F600\":2,\"aaaaaaaa\uFB33\":1}");
}

TEST(CanonicalJson, PublishedVectors) {
  SKIP_WITHOUT_SHARED("jcs/input/arrays.json");
  for (const std::string name : {"arrays", "french", "structures"}) {
    const std::string text = canonical_text(lifecycle::test::read_shared("jcs/input/" + name + ".json"));
    EXPECT_EQ(text, lifecycle::test::read_shared("jcs/output/" + name + ".json"));
    std::string hex = lifecycle::test::read_shared("jcs/outhex/" + name + ".txt");
    std::erase_if(hex, [](char c) { return c == ' ' || c == '\n' || c == '\r'; });
    std::string ours;
    for (const char c : text) {
      char byte[3];
      std::snprintf(byte, sizeof byte, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      ours += byte;
    }
    EXPECT_EQ(ours, hex) << name;
  }
}

TEST(CanonicalJson, SharedDocuments) {
  SKIP_WITHOUT_SHARED("jcs/docs.jsonl");
  std::size_t count = 0;
  CanonicalWriter writer;
  for (const std::string& line : lifecycle::test::shared_lines("jcs/docs.jsonl")) {
    const auto test = nlohmann::json::parse(line);
    const auto expected = test["canonical"].get<std::string>();
    const std::string jsonb = encode_jsonb(test["input"].get<std::string>());
    EXPECT_EQ(writer.write(jsonb, NumberForm::strict), expected);
    EXPECT_EQ(writer.write(jsonb, NumberForm::exact),
              slow_canonical(parse_json(test["input"].get<std::string>()), true));
    ++count;
  }
  EXPECT_EQ(count, 300U);
}

std::string from_base64(const std::string& text) {
  static const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string::npos) {
      break;
    }
    bits = bits << 6U | static_cast<unsigned>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFFU);
    }
  }
  return out;
}

TEST(CanonicalJson, RoundTripSuite) {
  SKIP_WITHOUT_SHARED("json-syntax/jsonchecker-roundtrip.jsonl");
  std::size_t count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("json-syntax/jsonchecker-roundtrip.jsonl")) {
    const auto test = nlohmann::json::parse(line);
    if (!test["valid"].get<bool>()) {
      continue;
    }
    EXPECT_EQ(canonical_text(from_base64(test["base64"])), test["canonical"].get<std::string>()) << test["name"];
    ++count;
  }
  EXPECT_GT(count, 20U);
}

// Every text that jsonb accepts has a canonical form that is valid JSON of the same value and canonical itself.
TEST(CanonicalJson, AcceptedSyntaxKeepsItsMeaning) {
  SKIP_WITHOUT_SHARED("json-syntax/parsing.jsonl");
  std::size_t count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("json-syntax/parsing.jsonl")) {
    const auto test = nlohmann::json::parse(line);
    const std::string text = from_base64(test["base64"]);
    JsonValue value;
    try {
      value = parse_json(text);
    } catch (const std::invalid_argument&) {
      EXPECT_NE(test["expect"], "accept") << test["name"];
      continue;
    }
    if (test["pg15_jsonb"] != "accept") {
      continue; // nor has the test's encoder a form for it
    }
    const std::string form = canonical(encode_jsonb(value), NumberForm::exact);
    EXPECT_EQ(form, slow_canonical(value, true)) << test["name"];
    EXPECT_EQ(canonical_text(form, NumberForm::exact), form) << test["name"];
    ++count;
  }
  EXPECT_GT(count, 40U);
}

TEST(CanonicalJson, RandomDocumentsAgreeWithTheSlowWriter) {
  lifecycle::test::RandomJson random(20240601);
  CanonicalWriter writer; // keeps its shapes from document to document
  for (int i = 0; i < 500; ++i) {
    const bool wide = i % 3 == 0;
    const JsonValue first = random.value(3, wide);
    // The same keys again, so that the shapes are learned and then used.
    for (const JsonValue& value : {first, random.reshuffled(first, wide), random.reshuffled(first, wide)}) {
      const std::string jsonb = encode_jsonb(value);
      const std::string exact = slow_canonical(value, true);
      ASSERT_EQ(writer.write(jsonb, NumberForm::exact), exact);
      std::string strict;
      try {
        strict = slow_canonical(value, false);
      } catch (const std::range_error&) {
        EXPECT_STREQ(error_of(jsonb).sqlstate(), "22003");
        continue;
      }
      ASSERT_EQ(writer.write(jsonb, NumberForm::strict), strict);
      ASSERT_EQ(canonical(jsonb, NumberForm::strict), strict); // a fresh writer knows no shapes
    }
  }
}

TEST(CanonicalJson, ManyShapesInTurn) {
  // More shapes than are remembered, nested ones among them, so that slots are fought over within a document.
  lifecycle::test::RandomJson random(7);
  std::vector<std::pair<std::string, std::string>> documents;
  for (int i = 0; i < 150; ++i) {
    const JsonValue value = random.value(4, false);
    documents.emplace_back(encode_jsonb(value), slow_canonical(value, false));
  }
  CanonicalWriter writer;
  for (int round = 0; round < 6; ++round) {
    for (const auto& [jsonb, expected] : documents) {
      ASSERT_EQ(writer.write(jsonb, NumberForm::strict), expected);
    }
  }
}

TEST(CanonicalJson, EqualShapesOfOtherKeysAreToldApart) {
  CanonicalWriter writer;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(writer.write(encode_jsonb(R"({"aaaaaaaaaa":1,"bbbbbbbbbb":2})"), NumberForm::strict),
              R"({"aaaaaaaaaa":1,"bbbbbbbbbb":2})");
    EXPECT_EQ(writer.write(encode_jsonb(R"({"aaaaaaaaaa":1,"bbbbbbbbbc":2})"), NumberForm::strict),
              R"({"aaaaaaaaaa":1,"bbbbbbbbbc":2})");
    EXPECT_EQ(writer.write(encode_jsonb(R"({"aaaaaaaaaa":1})"), NumberForm::strict), R"({"aaaaaaaaaa":1})");
  }
}

TEST(CanonicalJson, AnyAlignmentAndNoReadBeyondTheEnd) {
  const JsonValue value = parse_json(R"({"b":"0123456789abcdefg","a":[1.5,"x"],"c":"end"})");
  const std::string jsonb = encode_jsonb(value);
  for (std::size_t shift = 0; shift < 8; ++shift) {
    const std::vector<char> exact_block = [&] {
      std::vector<char> bytes(shift, 'x');
      bytes.insert(bytes.end(), jsonb.begin(), jsonb.end());
      bytes.shrink_to_fit();
      return bytes;
    }();
    CanonicalWriter writer;
    EXPECT_EQ(writer.write({exact_block.data() + shift, jsonb.size()}, NumberForm::strict),
              slow_canonical(value, false));
  }
}

// Room is given to small containers at once; a number of many digits takes more than its share of it.
TEST(CanonicalJson, LongNumbersInSmallContainers) {
  const std::string control(600, '\x01');
  for (const char* exponent : {"1e30", "1e1000", "1e60000", "1e100000", "1e-16000", "123456789012345678e-40"}) {
    std::vector<JsonMember> members;
    std::vector<JsonValue> items;
    for (int i = 0; i < 20; ++i) {
      const JsonValue value = i % 3 == 0   ? JsonValue::of_number(exponent)
                              : i % 3 == 1 ? JsonValue::of_string(control.substr(0, static_cast<std::size_t>(i) * 9))
                                           : JsonValue::of_number("0.5");
      members.push_back({"key" + std::to_string(i), value});
      items.push_back(value);
    }
    members.push_back({"array", JsonValue::of_array(items)});
    items.push_back(JsonValue::of_object(members));
    const JsonValue value = JsonValue::of_array(std::move(items));
    for (int round = 0; round < 2; ++round) {
      CanonicalWriter writer; // with the least of buffers, and then with known shapes
      for (int again = 0; again < 4; ++again) {
        ASSERT_EQ(writer.write(encode_jsonb(value), NumberForm::exact), slow_canonical(value, true)) << exponent;
      }
    }
  }
}

// Containers within containers, with something to write after each of them.
TEST(CanonicalJson, GoesOnAfterEveryChild) {
  std::string json = R"({"a":0})";
  for (int level = 0; level < 30; ++level) {
    json = R"({"a":)" + std::to_string(level) + R"(,"b":)" + json +
           R"(,"c":[1,{"x":[]},{},[2,3]],"d":{"e":{"f":1},"g":[]},"h":"x"})";
    if (level % 5 == 4) {
      json = "[" + json + ",1," + json + "]";
    }
    CanonicalWriter writer;
    for (int again = 0; again < 4; ++again) {
      ASSERT_EQ(writer.write(encode_jsonb(json), NumberForm::strict), json);
    }
    if (json.size() > 100'000) {
      break;
    }
  }
}

TEST(CanonicalJson, LargeDocuments) {
  std::vector<JsonMember> members;
  std::vector<JsonValue> items;
  for (int i = 0; i < 50000; ++i) {
    members.push_back({"key" + std::to_string(i * 7919 % 50000), JsonValue::of_number(std::to_string(i))});
    items.push_back(JsonValue::of_string(std::to_string(i)));
  }
  const JsonValue value =
      JsonValue::of_array({JsonValue::of_object(std::move(members)), JsonValue::of_array(std::move(items)),
                           JsonValue::of_string(std::string(100000, 'a') + "\n" + std::string(9000, '\x01'))});
  CanonicalWriter writer;
  EXPECT_EQ(writer.write(encode_jsonb(value), NumberForm::strict), slow_canonical(value, false));
  EXPECT_GT(writer.buffer().capacity(), lifecycle::json::OutputBuffer::kept_capacity);
  writer.trim();
  EXPECT_EQ(writer.buffer().capacity(), 0U);
  EXPECT_EQ(writer.write(encode_jsonb("[1]"), NumberForm::strict), "[1]");
}

TEST(CanonicalJson, DepthLimit) {
  const LimitsGuard guard;
  EXPECT_EQ(canonical_text(nested(1000)), nested(1000));
  const Error error = error_of(encode_jsonb(nested(1001)));
  EXPECT_STREQ(error.sqlstate(), "54000");
  EXPECT_NE(error.detail().find("More than 1000 levels"), std::string::npos) << error.detail();
  EXPECT_NE(error.hint().find("lifecycle_ledger.max_depth"), std::string::npos);
  lifecycle::limits.max_depth = 6000;
  EXPECT_EQ(canonical_text(nested(6000)), nested(6000));
  lifecycle::limits.max_depth = 1;
  EXPECT_EQ(canonical_text(R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(canonical_text("1"), "1");
  EXPECT_EQ(error_of(encode_jsonb(R"({"a":{}})")).detail(), "More than 1 levels are open at JSON pointer \"/a\".");
}

TEST(CanonicalJson, SizeLimit) {
  const LimitsGuard guard;
  lifecycle::limits.max_document_bytes = 2000;
  const Error stored = error_of(encode_jsonb(JsonValue::of_string(std::string(3000, 'a'))));
  EXPECT_STREQ(stored.sqlstate(), "54000");
  EXPECT_NE(stored.detail().find("takes at least 3008 bytes; 2000 are allowed"), std::string::npos) << stored.detail();
  EXPECT_NE(stored.hint().find("lifecycle_ledger.max_document_bytes"), std::string::npos);
  // Small as stored, large as text.
  EXPECT_STREQ(error_of(encode_jsonb(JsonValue::of_string(std::string(1000, '\x01')))).sqlstate(), "54000");
  EXPECT_STREQ(error_of(encode_jsonb(JsonValue::of_number("1e100000")), NumberForm::exact).sqlstate(), "54000");
  lifecycle::limits.max_document_bytes = 100000;
  std::vector<JsonValue> items(20000, JsonValue::of_number("1e400"));
  EXPECT_STREQ(error_of(encode_jsonb(JsonValue::of_array(std::move(items))), NumberForm::exact).sqlstate(), "54000");
}

TEST(CanonicalJson, NumberErrorsNameValueAndPlace) {
  const auto at = [](JsonValue value) {
    return JsonValue::of_object(
        {{"a/b", JsonValue::of_array({{}, JsonValue::of_object({{"~k", std::move(value)}, {"z", {}}})})}});
  };
  for (const bool warm : {false, true}) {
    CanonicalWriter writer;
    for (int i = 0; warm && i < 4; ++i) {
      writer.write(encode_jsonb(at(JsonValue::of_number("1"))), NumberForm::strict);
    }
    try {
      writer.write(encode_jsonb(at(JsonValue::of_number("-12.5e400"))), NumberForm::strict);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_STREQ(error.sqlstate(), "22003");
      EXPECT_EQ(error.detail(), "The value is -1.25e+401, at JSON pointer \"/a~1b/1/~0k\".");
      EXPECT_NE(error.hint().find("exact => true"), std::string::npos);
    }
  }
  for (const char* special : {"NaN", "Infinity", "-Infinity"}) {
    for (const NumberForm form : {NumberForm::strict, NumberForm::exact}) {
      const Error error = error_of(encode_jsonb(JsonValue::of_number(special)), form);
      EXPECT_STREQ(error.sqlstate(), "22003");
      EXPECT_EQ(error.detail(), "The value is " + std::string(special) + ", at JSON pointer \"\".");
    }
  }
  const Error deep = error_of(encode_jsonb(JsonValue::of_object(
      {{std::string(5000, 'k'), JsonValue::of_array({JsonValue::of_number("9" + std::string(400, '1'))})}})));
  EXPECT_LT(deep.detail().size(), 1200U);
  EXPECT_NE(deep.detail().find("(first 40 digits)"), std::string::npos) << deep.detail();
}

TEST(CanonicalJson, WriterServesOnAfterAnError) {
  CanonicalWriter writer;
  const std::string good = encode_jsonb(R"({"b":[{"c":1}],"a":2})");
  const std::string bad =
      encode_jsonb(JsonValue::of_object({{"b", JsonValue::of_array({JsonValue::of_number("1e999")})}}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THROW(writer.write(bad, NumberForm::strict), Error);
    EXPECT_EQ(writer.write(good, NumberForm::strict), R"({"a":2,"b":[{"c":1}]})");
  }
}

int polls = 0;
int polls_allowed = 0;

struct Cancelled {};

struct HookGuard {
  HookGuard(int allowed) {
    polls = 0;
    polls_allowed = allowed;
    lifecycle::interrupt_hook = [] {
      if (++polls > polls_allowed) {
        throw Cancelled();
      }
    };
  }
  ~HookGuard() { lifecycle::interrupt_hook = nullptr; }
};

TEST(CanonicalJson, LongDocumentsTakeInterrupts) {
  std::vector<JsonMember> members;
  for (int i = 0; i < 100000; ++i) {
    members.push_back({std::to_string(i), JsonValue::of_boolean(true)});
  }
  const std::vector<std::string> documents = {
      encode_jsonb(JsonValue::of_array(std::vector<JsonValue>(500000))),
      encode_jsonb(JsonValue::of_array(std::vector<JsonValue>(200000, JsonValue::of_array({})))),
      encode_jsonb(JsonValue::of_string(std::string(3000000, 'a'))),
      encode_jsonb(JsonValue::of_string(std::string(1000000, '\n'))),
      encode_jsonb(JsonValue::of_object(std::move(members))),
  };
  for (const std::string& document : documents) {
    const HookGuard guard(1 << 30);
    CanonicalWriter writer;
    const std::size_t size = writer.write(document, NumberForm::strict).size();
    EXPECT_GE(static_cast<std::size_t>(polls), size / (128UL * 1024));
    polls = 0;
    polls_allowed = 3;
    EXPECT_THROW(writer.write(document, NumberForm::strict), Cancelled);
    EXPECT_EQ(polls, 4);
    polls_allowed = 1 << 30;
    EXPECT_EQ(writer.write(document, NumberForm::strict).size(), size);
  }
  // Sorting alone polls too, before a byte is written.
  const HookGuard guard(100);
  EXPECT_THROW(canonical(documents.back()), Cancelled);
}

} // namespace
