// Whole events: the quick verdict against the findings, over right, wrong and random documents; columns; limits.
#include <gtest/gtest.h>

#include <algorithm>

#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/utc_time.hpp"
#include "functions/event/judge_event.hpp"
#include "tests/unit/support/event_rules.hpp"
#include "tests/unit/support/jsonb_encoder.hpp"
#include "tests/unit/support/random_json.hpp"

namespace {

using lifecycle::event::Contract;
using lifecycle::event::EventColumns;
using lifecycle::event::Finding;
using lifecycle::event::Severity;
using lifecycle::event::TimeRange;
using lifecycle::test::encode_jsonb;
using lifecycle::test::JsonMember;
using lifecycle::test::JsonValue;

constexpr std::int64_t second = lifecycle::microseconds_per_second;
constexpr TimeRange range{-10LL * 365 * 86400 * second, 30LL * 365 * 86400 * second}; // 1990 to 2029

class EventJudge : public testing::Test {
 protected:
  // The codes in order, with the pointers of those in properties; checks that the quick verdict says the same.
  std::string codes(const std::string& bytes) {
    const auto verdict = lifecycle::event::judge_event(contract, bytes, range);
    const std::vector<Finding> findings = lifecycle::event::explain_event(contract, bytes, range);
    return checked_codes(verdict, findings);
  }
  std::string codes_of(std::string_view json) { return codes(encode_jsonb(json)); }

  static std::string checked_codes(lifecycle::event::Verdict verdict, const std::vector<Finding>& findings) {
    lifecycle::event::Verdict expected = lifecycle::event::valid;
    std::string text;
    for (const Finding& finding : findings) {
      expected |= !finding.of_naming                    ? lifecycle::event::structure_error
                  : finding.severity == Severity::error ? lifecycle::event::naming_error
                                                        : lifecycle::event::naming_warning;
      text += (text.empty() ? "" : " ") + finding.code;
      text += finding.pointer.starts_with("/properties/") ? "@" + finding.pointer.substr(11) : "";
    }
    // What is wrong in structure is not read any further by the quick way.
    const auto structural = lifecycle::event::structure_error;
    EXPECT_EQ(verdict & structural, expected & structural) << text;
    EXPECT_EQ(verdict == lifecycle::event::valid, findings.empty()) << text;
    if ((expected & structural) == 0) {
      EXPECT_EQ(verdict, expected) << text;
    }
    return text;
  }

  static std::string event(const std::string& field = "", const std::string& value = "") {
    const std::pair<const char*, std::string> fields[] = {{"event_id", R"("0190f3a0-5b7e-7c3a-9f00-0123456789ab")"},
                                                          {"event_name", R"("project_created")"},
                                                          {"event_time", R"("2025-01-31T08:30:00Z")"},
                                                          {"user_id", R"("u1")"},
                                                          {"properties", R"({"plan_type": "pro"})"}};
    std::string json;
    for (const auto& [name, usual] : fields) {
      const std::string& chosen = name == field ? value : usual;
      if (!chosen.empty()) {
        json += (json.empty() ? "{\"" : ", \"") + std::string(name) + "\": " + chosen;
      }
    }
    return json + "}";
  }

  Contract contract{lifecycle::test::small_contract()};
};

TEST_F(EventJudge, RightOnes) {
  EXPECT_EQ(codes_of(event()), "");
  EXPECT_EQ(codes_of(event("properties", "{}")), "");
  EXPECT_EQ(codes_of(event("properties", R"({"a": {"b": [1, {"c": null}]}, "quiz_score": 1})")), "");
  EXPECT_EQ(codes_of(event("event_id", R"("0190F3A0-5B7E-1C3A-0F00-0123456789AB")")), "");
}

TEST_F(EventJudge, NoEvents) {
  EXPECT_EQ(codes_of("[]"), "event.batch");
  EXPECT_EQ(codes_of("[" + event() + ", " + event() + "]"), "event.batch");
  EXPECT_EQ(codes_of("1"), "event.not_object");
  EXPECT_EQ(codes_of("null"), "event.not_object");
  EXPECT_EQ(codes_of("{}"),
            "event_id.missing event_name.missing event_time.missing user_id.missing properties.missing");
  EXPECT_EQ(codes_of(event().insert(1, R"("extra": 1, )")), "event.unknown_field");
  EXPECT_EQ(codes_of(event().insert(1, R"("Event_Id": 1, )")), "event.unknown_field");
}

TEST_F(EventJudge, MissingAndWrongTypes) {
  for (const char* const field : {"event_id", "event_name", "event_time", "user_id", "properties"}) {
    const std::string name = field;
    EXPECT_EQ(codes_of(event(field, "")), name + ".missing");
    EXPECT_EQ(codes_of(event(field, "null")), name + ".missing");
    for (const char* const value : {"1", "true", "[]", "[{}]"}) {
      EXPECT_EQ(codes_of(event(field, value)), name + ".wrong_type") << value;
    }
    EXPECT_EQ(codes_of(event(field, name == "properties" ? "\"x\"" : "{}")), name + ".wrong_type");
  }
}

TEST_F(EventJudge, Ids) {
  const auto proposed = [this](const std::string& id) {
    const std::string bytes = encode_jsonb(event("event_id", "\"" + id + "\""));
    EXPECT_EQ(codes(bytes), "event_id.not_uuid") << id;
    return lifecycle::event::explain_event(contract, bytes, range).at(0).proposed;
  };
  for (const char* const id :
       {"{0190f3a0-5b7e-7c3a-9f00-0123456789ab}", "0190f3a05b7e7c3a9f000123456789ab",
        "urn:uuid:0190f3a0-5b7e-7c3a-9f00-0123456789ab", " 0190F3A0-5B7E-7C3A-9F00-0123456789AB"}) {
    EXPECT_EQ(proposed(id), "0190f3a0-5b7e-7c3a-9f00-0123456789ab");
  }
  for (const char* const id : {"", "1", "0190f3a0-5b7e-7c3a-9f00-0123456789a", "0190f3a0-5b7e-7c3a-9f00-0123456789abc",
                               "0190f3a0-5b7e-7c3a-9f00-0123456789ag", "0190f3a0_5b7e_7c3a_9f00_0123456789ab",
                               "00000000000000000000000000000000"}) {
    EXPECT_EQ(proposed(id), "") << id;
  }
  EXPECT_EQ(codes_of(event("event_id", R"("00000000-0000-0000-0000-000000000000")")), "event_id.reserved");
  EXPECT_EQ(codes_of(event("event_id", R"("ffffffff-FFFF-ffff-ffff-ffffffffffff")")), "event_id.reserved");
  EXPECT_EQ(codes_of(event("event_id", R"("f0000000-0000-0000-0000-000000000000")")), "");
}

TEST_F(EventJudge, Times) {
  for (const char* const time : {"2025-01-31T08:30:00Z", "2025-01-31t08:30:00z", "2025-01-31 08:30:00+00:00",
                                 "2025-01-31T08:30:00.123456789-11:30", "2024-02-29T23:59:59+23:59",
                                 "2016-12-31T23:59:60Z", "2016-12-31T18:59:60-05:00"}) {
    EXPECT_EQ(codes_of(event("event_time", "\"" + std::string(time) + "\"")), "") << time;
  }
  for (const char* const time : {"2025-01-31", "2025-01-31T08:30:00", "2025-01-31 08:30"}) {
    EXPECT_EQ(codes_of(event("event_time", "\"" + std::string(time) + "\"")), "event_time.no_zone") << time;
  }
  for (const char* const time :
       {"", "now", "20000-01-01T00:00:00Z", "2025-02-29T00:00:00Z", "2025-01-31T24:00:00Z", "2025-01-31T08:30:60Z",
        "2025-13-01T00:00:00Z", "2025-01-31T08:30:00.Z", "2025-01-31T08:30:00+0100x", "2025-01-31T08:30:00+24:00",
        "1738312200", "31.01.2025 08:30:00Z", "2025-01-31T08:30:00ZZ", "2025-01-31T08:30:00+01:60",
        "2025-01-31T8:30:00Z", "2025-01-31T08:30:00,5Z"}) {
    EXPECT_EQ(codes_of(event("event_time", "\"" + std::string(time) + "\"")), "event_time.not_rfc3339") << time;
  }
  // Readable without doubt: the mend is offered.
  for (const char* const time : {"2025-01-31 08:30:00+00", "2025-01-31T08:30Z", "2025-01-31T09:30:00 +0100",
                                 "2025-01-31T08:30:00UTC", " 2025-01-31T08:30:00Z"}) {
    const std::string bytes = encode_jsonb(event("event_time", "\"" + std::string(time) + "\""));
    EXPECT_EQ(codes(bytes), "event_time.not_rfc3339") << time;
    EXPECT_EQ(lifecycle::event::explain_event(contract, bytes, range).at(0).proposed, "2025-01-31T08:30:00.000000Z")
        << time;
  }
  EXPECT_EQ(codes_of(event("event_time", R"("1970-01-01T00:00:00Z")")), "event_time.out_of_range");
  EXPECT_EQ(codes_of(event("event_time", R"("9999-12-31T23:59:59Z")")), "event_time.out_of_range");
}

TEST_F(EventJudge, Users) {
  EXPECT_EQ(codes_of(event("user_id", R"("")")), "user_id.empty");
  EXPECT_EQ(codes_of(event("user_id", R"(" \t\u00a0")")), "user_id.empty");
  EXPECT_EQ(codes_of(event("user_id", "\"" + std::string(1001, 'u') + "\"")), "user_id.too_long");
  EXPECT_EQ(codes_of(event("user_id", "\"" + std::string(1000, 'u') + "\"")), "");
}

TEST_F(EventJudge, PropertiesAtEveryDepth) {
  EXPECT_EQ(codes_of(event("properties", R"({"is_power_user": 1})")), "property.classification@/is_power_user");
  EXPECT_EQ(codes_of(event("properties", R"({"a": [0, {"b": {"risk_score": 1}}], "x/y~z_score": 1})")),
            "property.derived@/x~1y~0z_score property.derived@/a/1/b/risk_score");
  EXPECT_EQ(codes_of(event("properties", R"({"old_name": 1})")), "property.old@/old_name");
  EXPECT_EQ(codes_of(event("properties", R"({"event_count": {"event_count": 1}})")),
            "property.metric@/event_count property.metric@/event_count/event_count");
}

TEST_F(EventJudge, Limits) {
  const lifecycle::Limits before = lifecycle::limits;
  lifecycle::limits.max_depth = 4;
  EXPECT_EQ(codes_of(event("properties", R"({"a": {"b": []}})")), "");
  EXPECT_EQ(codes_of(event("properties", R"({"a": {"b": [[]]}})")), "properties.too_deep@/a/b/0");
  EXPECT_EQ(codes_of(event("properties", R"({"a": {"b": [[], []]}, "c": {"d": {"e": {}}}})")),
            "properties.too_deep@/a/b/0");
  lifecycle::limits.max_document_bytes = 100;
  EXPECT_EQ(codes_of(event()), "event.too_large");
  lifecycle::limits = before;
  std::string deep = "1";
  for (int i = 0; i < 900; ++i) {
    deep = i % 2 == 0 ? "[" + deep + "]" : R"({"k": )" + deep + "}";
  }
  EXPECT_EQ(codes_of(event("properties", R"({"a": )" + deep + "}")), "");
}

TEST_F(EventJudge, ManyProblemsAreCounted) {
  std::string json;
  for (int i = 0; i < 350; ++i) {
    json += (i == 0 ? "" : ", ") + std::string("\"p") + std::to_string(i) + "_score\": 1";
  }
  const std::string bytes = encode_jsonb(event("properties", "{" + json + "}"));
  const std::vector<Finding> findings = lifecycle::event::explain_event(contract, bytes, range);
  ASSERT_EQ(findings.size(), 101U);
  EXPECT_EQ(findings.back().code, "event.more");
  EXPECT_EQ(findings.back().detail, "there are 250 more problems");
  EXPECT_TRUE(findings.back().of_naming);
  codes(bytes);
}

TEST_F(EventJudge, Columns) {
  const unsigned char id[16] = {1};
  const unsigned char nil[16] = {};
  const std::string properties = encode_jsonb(R"({"a": 1})");
  const std::string scored = encode_jsonb(R"({"a": {"b_score": 1}})");
  const std::string array = encode_jsonb("[]");
  const EventColumns right{true, id, "project_created", true, 0, "u1", properties};
  const auto judged = [this](const EventColumns& row) {
    return checked_codes(lifecycle::event::judge_columns(contract, row, range),
                         lifecycle::event::explain_columns(contract, row, range));
  };
  const auto with = [&](auto change) {
    EventColumns row = right;
    change(row);
    return judged(row);
  };
  EXPECT_EQ(judged(right), "");
  EXPECT_EQ(judged({}), "event_id.missing event_name.missing event_time.missing user_id.missing properties.missing");
  EXPECT_EQ(with([&](EventColumns& row) { row.id = nil; }), "event_id.reserved");
  EXPECT_EQ(with([](EventColumns& row) { row.name = "project_status"; }), "event_name.state");
  EXPECT_EQ(with([](EventColumns& row) { row.name = ""; }), "event_name.empty");
  EXPECT_EQ(with([](EventColumns& row) { row.time = std::numeric_limits<std::int64_t>::max(); }),
            "event_time.out_of_range");
  EXPECT_EQ(with([](EventColumns& row) { row.time = std::numeric_limits<std::int64_t>::min(); }),
            "event_time.out_of_range");
  EXPECT_EQ(with([](EventColumns& row) { row.user_id = "  "; }), "user_id.empty");
  EXPECT_EQ(with([&](EventColumns& row) { row.properties = array; }), "properties.wrong_type");
  EXPECT_EQ(with([&](EventColumns& row) { row.properties = scored; }), "property.derived@/a/b_score");
}

// Random documents near to right ones; the same contract judges all, so that what it remembers is tried too.
TEST_F(EventJudge, VerdictAndFindingsAgree) {
  lifecycle::test::RandomJson random(11);
  const std::vector<std::string> keys = {"plan_type",  "risk_score",       "quiz_score", "a", "isPowerUser",
                                         "item_count", "daily_item_count", "old_x",      "",  "x y"};
  const auto properties = [&](auto&& self, unsigned depth) -> JsonValue {
    std::vector<JsonMember> members;
    for (std::size_t left = random.below(5); left > 0; --left) {
      const std::string key = random.below(6) == 0 ? random.text(12) : keys[random.below(keys.size())];
      members.push_back({key, depth > 0 && random.below(3) == 0 ? self(self, depth - 1) : random.value(1, true)});
    }
    JsonValue object = JsonValue::of_object(std::move(members));
    return random.below(4) == 0 && depth < 3 ? JsonValue::of_array({object, random.scalar(true), object}) : object;
  };
  int right = 0;
  for (int i = 0; i < 20'000; ++i) {
    JsonValue document = lifecycle::test::parse_json(event());
    for (JsonMember& member : document.members) {
      if (member.key == "properties") {
        member.value = properties(properties, 3);
      } else if (member.key == "event_name" && random.below(3) == 0) {
        member.value = JsonValue::of_string(random.text(30));
      } else if (random.below(30) == 0) {
        member.value = random.value(2, true);
      }
      if (random.below(60) == 0) {
        member.key = random.text(10);
      }
    }
    if (random.below(40) == 0) {
      document.members.push_back({random.text(10), random.scalar(true)});
    }
    right += codes(encode_jsonb(document)).empty() ? 1 : 0;
  }
  EXPECT_GT(right, 500);
}

// Damaged bytes raise an Error or give a verdict, and are never followed beyond their end.
TEST_F(EventJudge, DamagedBytes) {
  lifecycle::test::RandomJson random(5);
  const std::string whole =
      encode_jsonb(event("properties", R"({"a": {"risk_score": [1, {"b": "c"}]}, "quiz_score": 1.5})"));
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes = whole.substr(0, random.below(20) == 0 ? random.below(whole.size()) : whole.size());
    for (std::size_t left = 1 + random.below(3); left > 0 && !bytes.empty(); --left) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    const auto block = std::make_unique<char[]>(bytes.size());
    bytes.copy(block.get(), bytes.size());
    const std::string_view document(block.get(), bytes.size());
    try {
      const auto verdict = lifecycle::event::judge_event(contract, document, range);
      checked_codes(verdict, lifecycle::event::explain_event(contract, document, range));
    } catch (const lifecycle::Error& error) {
      EXPECT_STREQ(error.sqlstate(), "XX001");
    }
  }
}

} // namespace
