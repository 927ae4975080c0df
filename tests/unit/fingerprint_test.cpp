// Fingerprints: XXH3-128 against published vectors, the UUIDv8 stamp, and the event object that is never built.
#include "functions/fingerprint/fingerprint.hpp"

#include <gtest/gtest.h>

#include "functions/contact/normalize_email.hpp"
#include "functions/core/error.hpp"
#include "functions/core/interrupt.hpp"
#include "functions/core/limits.hpp"
#include "functions/fingerprint/event_fingerprint.hpp"
#include "functions/fingerprint/event_time.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"
#include "tests/unit/support/shared_data.hpp"
#include "tests/unit/support/slow_canonical.hpp"

namespace {

using lifecycle::EventContent;
using lifecycle::Uuid;
using lifecycle::json::CanonicalWriter;
using lifecycle::test::encode_jsonb;
using lifecycle::test::JsonValue;

std::string hex(const Uuid& uuid) {
  std::string text;
  for (const std::uint8_t byte : uuid) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(byte));
    text += digits;
  }
  return text;
}

// A published hash, high half first, with the version and variant bits set as text.
std::string stamped(std::string hash) {
  hash[12] = '8';
  hash[16] = "89ab"[static_cast<unsigned>(std::stoi(hash.substr(16, 1), nullptr, 16)) & 3U];
  return hash;
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == ',') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

TEST(Fingerprint, PublishedVectors) {
  SKIP_WITHOUT_SHARED("xxh3/vectors.csv");
  const std::string buffer = lifecycle::test::read_shared("xxh3/sanity-buffer.bin");
  int count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("xxh3/vectors.csv")) {
    const std::vector<std::string> row = fields(line);
    if (row[1] == "0") {
      EXPECT_EQ(hex(lifecycle::fingerprint_text(buffer.substr(0, std::stoul(row[0])))), stamped(row[3])) << row[0];
      ++count;
    }
  }
  EXPECT_GT(count, 100);
}

TEST(Fingerprint, TextVectors) {
  SKIP_WITHOUT_SHARED("xxh3/text-vectors.csv");
  int count = 0;
  for (const std::string& line : lifecycle::test::shared_lines("xxh3/text-vectors.csv")) {
    const std::size_t end = line.size();
    if (count++ == 0) {
      continue; // the heading
    }
    std::string text = line.substr(0, end - 32 - 1 - 16 - 1 - 64 - 1);
    if (text.size() >= 2 && text.front() == '"') {
      text = text.substr(1, text.size() - 2);
      for (std::size_t at = 0; (at = text.find("\"\"", at)) != std::string::npos; ++at) {
        text.erase(at, 1);
      }
    }
    EXPECT_EQ(hex(lifecycle::fingerprint_text(text)), stamped(line.substr(end - 32))) << text;
  }
  EXPECT_EQ(count, 6);
}

TEST(Fingerprint, LongTextsInStepsAreTheSame) {
  static int polls = 0;
  lifecycle::interrupt_hook = [] { ++polls; };
  const std::string text(40'000'000, 'x');
  // Recomputed with the reference implementation in one go.
  EXPECT_EQ(hex(lifecycle::fingerprint_text(text)), stamped("eb2a499a1c2eba014fb362451a18cc63"));
  EXPECT_EQ(polls, 3);
  lifecycle::interrupt_hook = nullptr;
}

TEST(Fingerprint, IsOfTheExactCanonicalForm) {
  lifecycle::test::RandomJson random(12);
  CanonicalWriter writer;
  for (int i = 0; i < 200; ++i) {
    const JsonValue value = random.value(3, true);
    EXPECT_EQ(lifecycle::fingerprint(writer, encode_jsonb(value)),
              lifecycle::fingerprint_text(lifecycle::test::slow_canonical(value, true)));
  }
  EXPECT_NE(lifecycle::fingerprint(writer, encode_jsonb("9007199254740993")),
            lifecycle::fingerprint(writer, encode_jsonb("9007199254740992")));
  EXPECT_EQ(lifecycle::fingerprint(writer, encode_jsonb("1.0")), lifecycle::fingerprint(writer, encode_jsonb("1")));
}

std::string time_text(std::int64_t time) {
  char text[lifecycle::event_time_size];
  return {text, lifecycle::write_event_time(text, time)};
}

TEST(EventTime, Form) {
  constexpr std::int64_t day = 86'400'000'000;
  EXPECT_EQ(time_text(0), "2000-01-01T00:00:00.000000Z");
  EXPECT_EQ(time_text(-1), "1999-12-31T23:59:59.999999Z");
  EXPECT_EQ(time_text(59 * day + 45'296'000'001), "2000-02-29T12:34:56.000001Z");
  EXPECT_EQ(time_text(-730'119 * day), "0001-01-01T00:00:00.000000Z");
  EXPECT_EQ(time_text(2'921'940 * day - 1), "9999-12-31T23:59:59.999999Z");
}

TEST(EventTime, OutOfRange) {
  constexpr std::int64_t day = 86'400'000'000;
  const auto detail = [](std::int64_t time) -> std::string {
    try {
      time_text(time);
    } catch (const lifecycle::Error& error) {
      EXPECT_STREQ(error.sqlstate(), "22008");
      EXPECT_FALSE(error.hint().empty());
      return error.detail();
    }
    return "no error";
  };
  EXPECT_NE(detail(std::numeric_limits<std::int64_t>::max()).find("is infinity;"), std::string::npos);
  EXPECT_NE(detail(std::numeric_limits<std::int64_t>::min()).find("is -infinity;"), std::string::npos);
  EXPECT_NE(detail(2'921'940 * day).find("10000-01-01T00:00:00.000000Z"), std::string::npos);
  EXPECT_NE(detail(-730'119 * day - 1).find("0001-12-31T23:59:59.999999Z BC"), std::string::npos);
  EXPECT_NE(detail(9'223'371'331'199'999'999).find("294276-12-31"), std::string::npos);
}

TEST(EventFingerprint, EqualsTheObjectBuilt) {
  lifecycle::test::RandomJson random(13);
  CanonicalWriter writer;
  std::string email;
  for (int i = 0; i < 1000; ++i) {
    EventContent event;
    std::vector<lifecycle::test::JsonMember> members;
    std::vector<std::string> held;
    held.reserve(8); // views into it must stay
    const auto text = [&](const char* key, std::optional<std::string_view>& to) {
      members.push_back({key, {}});
      if (random.below(5) != 0) {
        held.push_back(random.text(random.below(20) == 0 ? 6000 : 40));
        to = held.back();
        members.back().value = JsonValue::of_string(held.back());
      }
    };
    members.push_back({"contact_email", {}});
    if (random.below(5) != 0) {
      held.push_back("User" + random.digits(3) + "@Example.COM ");
      event.contact_email = held.back();
      std::string normalised;
      ASSERT_TRUE(lifecycle::normalize_email(held.back(), normalised));
      members.back().value = JsonValue::of_string(normalised);
    }
    text("event_type", event.event_type);
    text("event_name", event.event_name);
    text("event_source", event.event_source);
    members.push_back({"event_timestamp", {}});
    if (random.below(5) != 0) {
      event.event_timestamp = static_cast<std::int64_t>(random.below(1'000'000'000'000'000));
      members.back().value = JsonValue::of_string(time_text(*event.event_timestamp));
    }
    members.push_back({"payload", {}});
    std::string payload;
    if (random.below(5) != 0) {
      members.back().value = random.value(3, true);
      payload = encode_jsonb(members.back().value);
      event.payload = payload;
    }
    const Uuid built = lifecycle::fingerprint(writer, encode_jsonb(JsonValue::of_object(std::move(members))));
    ASSERT_EQ(lifecycle::event_fingerprint(writer, event, email), built);
  }
}

TEST(EventFingerprint, NothingIsTheObjectOfNulls) {
  CanonicalWriter writer;
  std::string email;
  const Uuid nothing = lifecycle::event_fingerprint(writer, {}, email);
  EXPECT_EQ(nothing, lifecycle::fingerprint_text(R"({"contact_email":null,"event_name":null,"event_source":null,)"
                                                 R"("event_timestamp":null,"event_type":null,"payload":null})"));
  EventContent blank;
  blank.contact_email = "  ";
  const std::string null_payload = encode_jsonb("null");
  blank.payload = null_payload;
  EXPECT_EQ(lifecycle::event_fingerprint(writer, blank, email), nothing);
}

TEST(EventFingerprint, PayloadIsOneLevelDown) {
  const lifecycle::Limits saved = lifecycle::limits;
  lifecycle::limits.max_depth = 2;
  CanonicalWriter writer;
  std::string email;
  EventContent event;
  const std::string one = encode_jsonb("[1]");
  const std::string two = encode_jsonb("[[1]]");
  event.payload = one;
  EXPECT_NO_THROW(lifecycle::event_fingerprint(writer, event, email));
  event.payload = two;
  EXPECT_THROW(lifecycle::event_fingerprint(writer, event, email), lifecycle::Error);
  lifecycle::limits = saved;
}

} // namespace
