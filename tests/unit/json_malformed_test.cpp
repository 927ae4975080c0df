// Damaged jsonb: whatever the bytes, the writer raises an Error or writes something; it never follows a wrong offset
// (which a build with sanitizers shows).
#include <gtest/gtest.h>

#include "functions/core/error.hpp"
#include "functions/json/canonical_writer.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"

namespace {

using lifecycle::Error;
using lifecycle::json::CanonicalWriter;
using lifecycle::json::NumberForm;
using lifecycle::test::encode_jsonb;

// The SQLSTATE, or nothing where the bytes were written.
std::string state_of(CanonicalWriter& writer, const std::string& bytes) {
  const auto block = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), block.get());
  try {
    writer.write({block.get(), bytes.size()}, NumberForm::exact);
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.detail().empty());
    EXPECT_FALSE(error.hint().empty());
    return error.sqlstate();
  }
}

void set_word(std::string& bytes, std::size_t at, std::uint32_t word) {
  std::memcpy(bytes.data() + at, &word, sizeof word);
}

TEST(MalformedJsonb, EveryTruncation) {
  CanonicalWriter writer;
  const std::string bytes =
      encode_jsonb(R"({"a":[1,2.5,"text",{"b":null}],"long_key":"value","n":1234567890123456789})");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(state_of(writer, bytes.substr(0, size)), "XX001") << size;
  }
  EXPECT_EQ(state_of(writer, bytes), "");
}

TEST(MalformedJsonb, KnownDamage) {
  CanonicalWriter writer;
  std::string bytes = encode_jsonb(R"({"a":"x","b":"y"})");
  const auto damaged = [&](std::size_t at, std::uint32_t word) {
    std::string copy = bytes;
    set_word(copy, at, word);
    return state_of(writer, copy);
  };
  EXPECT_EQ(damaged(0, 0x80000002U), "XX001");  // no kind
  EXPECT_EQ(damaged(0, 0x60000002U), "XX001");  // two kinds
  EXPECT_EQ(damaged(0, 0x2FFFFFFFU), "XX001");  // more pairs than bytes
  EXPECT_EQ(damaged(0, 0x50000002U), "XX001");  // a scalar of two
  EXPECT_EQ(damaged(4, 0x90000001U), "XX001");  // a key that is a number
  EXPECT_EQ(damaged(8, 0x0FFFFFFFU), "XX001");  // a key beyond the end
  EXPECT_EQ(damaged(12, 0x0FFFFFFFU), "XX001"); // a value beyond the end
  EXPECT_EQ(damaged(16, 0x80000001U), "XX001"); // a value that ends before it begins
  EXPECT_EQ(damaged(12, 0x60000001U), "XX001"); // an unknown type
  EXPECT_EQ(damaged(12, 0x50000001U), "XX001"); // a container of one byte

  bytes = encode_jsonb("[1]");
  EXPECT_EQ(damaged(8, 7U << 2U), "XX001");        // a number shorter than its place
  EXPECT_EQ(damaged(8, (8U << 2U) | 2U), "XX001"); // a compressed number
  EXPECT_EQ(damaged(4, 0x90000004U), "XX001");     // a number of its length word only
  bytes = encode_jsonb("[[]]");
  EXPECT_EQ(damaged(8, 0x50000000U), "XX001"); // a scalar within
  bytes = encode_jsonb("1");
  EXPECT_EQ(damaged(4, 0xD0000008U), "XX001"); // a scalar that is a container
}

// Values whose ends leave the container and come back must not pass: 40 pairs, so that an entry among the values is an
// end.
TEST(MalformedJsonb, EndsThatComeBack) {
  std::string json = "{";
  for (int i = 10; i < 50; ++i) {
    json += (json.size() > 1 ? ",\"" : "\"") + std::to_string(i) + "\":\"v\"";
  }
  const std::string bytes = encode_jsonb(json + "}");
  for (std::size_t entry = 40; entry < 80; ++entry) {
    std::string copy = bytes;
    set_word(copy, 4 + 4 * entry, 0x0FFFFFFFU);
    CanonicalWriter writer;
    EXPECT_EQ(state_of(writer, copy), "XX001") << entry;
  }
}

TEST(MalformedJsonb, RandomDamage) {
  lifecycle::test::RandomJson random(11);
  CanonicalWriter writer;
  int refused = 0;
  for (int i = 0; i < 800; ++i) {
    const std::string bytes = encode_jsonb(random.value(3, true));
    state_of(writer, bytes); // known shapes must not make damage pass
    for (int k = 0; k < 20; ++k) {
      std::string copy = bytes;
      for (std::size_t changes = 1 + random.below(3); changes > 0; --changes) {
        copy[random.below(copy.size())] = static_cast<char>(random.below(256));
      }
      copy.resize(copy.size() - (random.below(4) == 0 ? random.below(copy.size()) : 0));
      const std::string state = state_of(writer, copy);
      EXPECT_TRUE(state.empty() || state == "XX001" || state == "22003" || state == "54000") << state;
      refused += state.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 3000);
}

} // namespace
