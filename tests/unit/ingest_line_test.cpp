// Lines of the inbox: judged the same whatever is done to their bytes, and batches settled.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "functions/core/limits.hpp"
#include "functions/fingerprint/fingerprint.hpp"
#include "functions/ingest/batch.hpp"
#include "functions/ingest/event_content.hpp"
#include "functions/ingest/line.hpp"
#include "functions/ingest/uuid_text.hpp"
#include "tests/unit/support/event_rules.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"

namespace {

using lifecycle::event::Contract;
using lifecycle::event::TimeRange;
using lifecycle::ingest::Batch;
using lifecycle::ingest::Event;
using lifecycle::ingest::Fate;
using lifecycle::ingest::LineJudge;
using lifecycle::test::encode_jsonb;
using lifecycle::test::RandomJson;

constexpr TimeRange range{-315'619'200'000'000, 946'080'000'000'000}; // 1990 to 2029

const std::string plain =
    R"({"event_id":"0190f3a0-5b7e-7c3a-9f00-0123456789ab","event_name":"project_created","event_time":"2025-01-31T08:30:00Z","user_id":"u\u00e9","properties":{"plan_type":"pro","n":[1,2.50]}})";
const std::string envelope =
    R"({"specversion":"1.0","id":"A-1","source":"/shop","type":"com.example.project_created","subject":"u1","time":"2025-01-31T08:30:00Z","data":{"a":"\n"}})";
const std::string binary =
    R"({"specversion":"1.0","id":"A-1","source":"/shop","type":"project_created","subject":"u1","time":"2025-01-31T08:30:00Z","data_base64":"eyJhIjpbMSx7fV19"})";

class Sources final : public lifecycle::ingest::SourceBook {
 public:
  lifecycle::ingest::SourceRules rules_of(std::string_view source) override {
    asked = source;
    return {source == "warned", source == "mapped" ? &mapped : &usual};
  }
  std::string asked;
  lifecycle::ingest::EnvelopeMapping usual;
  lifecycle::ingest::EnvelopeMapping mapped = {"/data/name", "/data/users/1", "/data/at~1time", "envelope"};
};

class IngestLine : public testing::Test {
 protected:
  // From a block of exactly the line's size, so that a sanitizer sees every byte read beyond it.
  bool judge(std::string_view line, std::string_view source = {}) {
    block = std::make_unique<char[]>(line.size());
    std::copy(line.begin(), line.end(), block.get());
    judge_.trim();
    return judge_.judge({block.get(), line.size()}, source, sources, contract, range, writer);
  }
  std::string code(std::string_view line, std::string_view source = {}) {
    if (judge(line, source)) {
      return "";
    }
    EXPECT_FALSE(judge_.findings().empty());
    return judge_.findings().front().code + "@" + judge_.findings().front().pointer;
  }
  [[nodiscard]] const Event& event() const { return judge_.event(); }

  Contract contract{lifecycle::test::small_contract()};
  lifecycle::json::CanonicalWriter writer;
  Sources sources;
  LineJudge judge_;
  std::unique_ptr<char[]> block;
};

TEST_F(IngestLine, Plain) {
  ASSERT_TRUE(judge(plain)) << judge_.findings().front().detail;
  EXPECT_EQ(lifecycle::ingest::uuid_text(event().id), "0190f3a0-5b7e-7c3a-9f00-0123456789ab");
  EXPECT_EQ(event().name, "project_created");
  EXPECT_EQ(event().user, "u\xC3\xA9");
  EXPECT_EQ(event().time, 791'627'400'000'000);
  EXPECT_EQ(event().properties, encode_jsonb(R"({"plan_type":"pro","n":[1,2.50]})"));
  EXPECT_EQ(event().content, lifecycle::fingerprint(writer, encode_jsonb(R"({"event_name":"project_created",
    "event_time":"2025-01-31T08:30:00.000000Z","user_id":"ué","properties":{"n":[1,2.5],"plan_type":"pro"}})")));
}

TEST_F(IngestLine, Envelopes) {
  ASSERT_TRUE(judge(envelope)) << judge_.findings().front().detail;
  EXPECT_EQ(sources.asked, "/shop");
  EXPECT_EQ(event().id, lifecycle::fingerprint(writer, encode_jsonb(R"({"id":"A-1","source":"/shop"})")));
  EXPECT_EQ(event().name, "project_created");
  EXPECT_EQ(event().properties, encode_jsonb(R"({"a":"\n"})"));
  ASSERT_TRUE(judge(binary));
  EXPECT_EQ(event().properties, encode_jsonb(R"({"a":[1,{}]})"));
  const std::string mapped =
      R"({"specversion":"1.0","id":"A-1","source":"/shop","type":"x","data":{"name":"order_placed","users":[1,42],"at/time":"2025-01-31T08:30:00Z"}})";
  ASSERT_TRUE(judge(mapped, "mapped")) << judge_.findings().front().detail;
  EXPECT_EQ(event().user, "42");
  EXPECT_EQ(event().properties, encode_jsonb(R"({"name":"order_placed","users":[1,42],"at/time":"2025-01-31T08:30:00Z",
    "envelope":{"id":"A-1","source":"/shop","type":"x"}})"));
  EXPECT_EQ(code(mapped), "event_name.tense@/type");
}

TEST_F(IngestLine, Faults) {
  EXPECT_EQ(code(""), "line.empty@");
  EXPECT_EQ(code("{"), "json.malformed@");
  EXPECT_EQ(code("[]"), "event.batch@");
  EXPECT_EQ(code("1"), "event.not_object@");
  EXPECT_EQ(code("null"), "event.not_object@");
  EXPECT_EQ(code(R"({"specversion":1})").substr(0, 12), "cloudevents.");
  EXPECT_EQ(code(std::string(lifecycle::limits.max_event_bytes + 1, ' ')), "line.too_long@");
  const std::string name =
      R"({"event_id":"0190f3a0-5b7e-7c3a-9f00-0123456789ab","event_name":"purchase","event_time":"2025-01-31T08:30:00Z","user_id":"u","properties":{}})";
  EXPECT_NE(code(name), "");
  EXPECT_EQ(code(name, "warned"), "");
  EXPECT_TRUE(judge_.has_warnings());
}

// What is done to the bytes decides alone: no crash, no read beyond them, and a reason where it is no event.
TEST_F(IngestLine, Damage) {
  RandomJson random(11);
  int taken = 0;
  for (int round = 0; round < 30000; ++round) {
    std::string line = round % 3 == 0 ? plain : round % 3 == 1 ? envelope : binary;
    for (std::size_t left = random.below(4); left > 0; --left) {
      const std::size_t at = random.below(line.size());
      switch (random.below(4)) {
        case 0:
          line[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          line.erase(at, 1 + random.below(10));
          break;
        case 2:
          line.insert(at, line.substr(random.below(line.size()), random.below(30)));
          break;
        default:
          line.insert(at, 1, "\"{}[],:\\0"[random.below(9)]);
          break;
      }
      if (line.empty()) {
        break;
      }
    }
    const std::string source = random.below(3) == 0 ? "mapped" : "";
    if (judge(line, source)) {
      ++taken;
      ASSERT_FALSE(event().properties.empty());
      ASSERT_EQ(event().content, lifecycle::ingest::event_content(
                                     writer, {event().name, event().time, event().user, event().properties}));
    } else {
      ASSERT_FALSE(judge_.findings().empty()) << line;
      const std::string json = lifecycle::ingest::findings_json(judge_.findings());
      ASSERT_TRUE(nlohmann::json::accept(json)) << json;
      ASSERT_EQ(std::string_view(lifecycle::ingest::sqlstate_of(judge_.findings().front().code)).size(), 5U);
    }
  }
  EXPECT_GT(taken, 3000);
}

TEST_F(IngestLine, BatchesAreSettledByTheFirstOrTheStored) {
  ASSERT_TRUE(judge(plain));
  Event first = event();
  Event other = first;
  other.content[0] ^= 1U;
  Event another = first;
  another.id[15] ^= 1U;
  Batch batch;
  for (const bool stored : {false, true}) {
    batch.clear();
    for (const Event& each : {another, first, other, first}) {
      batch.add_event(each, 0, false);
    }
    batch.sort_by_id();
    ASSERT_EQ(batch.by_id().size(), 4U);
    const bool another_first = batch.by_id()[0] == 0;
    const std::size_t begin = another_first ? 1 : 0;
    // Stored is what the second of them says: it alone is the repeat then.
    batch.settle(begin, begin + 3, stored ? &other.content : nullptr);
    batch.settle(another_first ? 0 : 3, another_first ? 1 : 4, nullptr);
    EXPECT_EQ(batch.row(0).fate, Fate::written);
    EXPECT_EQ(batch.row(1).fate, stored ? Fate::dead : Fate::written);
    EXPECT_EQ(batch.row(2).fate, stored ? Fate::repeat : Fate::dead);
    EXPECT_EQ(batch.row(3).fate, stored ? Fate::dead : Fate::repeat);
    EXPECT_EQ(batch.months().size(), 1U);
    EXPECT_EQ(batch.months()[0], 789'004'800'000'000); // 2025-01-01
  }
}

} // namespace
