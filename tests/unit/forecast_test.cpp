// When time alone changes a condition: against a walk through time in small steps.
#include "functions/condition/forecast.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/condition_fixture.hpp"

namespace {

using namespace condition_fixture;
using lifecycle::condition::document_members;
using lifecycle::condition::Forecast;
using lifecycle::condition::TimeUse;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;
constexpr std::int64_t day = 24 * hour;

std::optional<std::int64_t> next_change(std::string_view rule, std::string_view data, std::int64_t from = now) {
  const std::string bytes = encode_jsonb(data);
  return Forecast::compile(encode_jsonb(rule))->next_change(Document(bytes), from);
}

TimeUse time_use(std::string_view rule) { return Forecast::compile(encode_jsonb(rule))->time_use(); }

// now is 2025-01-01 00:00:00 UTC.
constexpr std::string_view three_days_ago = R"({"user": {"seen": "2024-12-29T00:00:00Z"}})";

TEST(Forecast, SaysWhetherTimeHasASay) {
  EXPECT_EQ(time_use("true"), TimeUse::none);
  EXPECT_EQ(time_use(R"({"==": [{"var": "user.plan"}, "pro"]})"), TimeUse::none);
  EXPECT_EQ(time_use(R"({"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]})"), TimeUse::foreseen);
  EXPECT_EQ(time_use(R"({"!": {"<=": [{"time.now": []}, {"*": [2, {"time.ms": {"var": "user.seen"}}]}]}})"),
            TimeUse::foreseen);
  EXPECT_EQ(time_use(R"({"<": [{"-": [{"time.now": []}, {"time.ms": {"var": "user.seen"}}]}, 86400000]})"),
            TimeUse::foreseen);
  EXPECT_EQ(time_use(R"({"some": [{"var": "user.orders"}, {">": [{"time.ms": {"var": "at"}}, {"time.now": "-7d"}]}]})"),
            TimeUse::foreseen);
  EXPECT_EQ(time_use(R"({"==": [{"%": [{"time.now": []}, 2]}, 1]})"), TimeUse::unforeseen);
  EXPECT_EQ(time_use(R"({"<": [{"%": [{"time.now": []}, 2]}, 1]})"), TimeUse::unforeseen);
  EXPECT_EQ(time_use(R"({"in": ["1", {"cat": {"time.now": []}}]})"), TimeUse::unforeseen);
  EXPECT_EQ(time_use(R"({"time.now": []})"), TimeUse::unforeseen);
  EXPECT_EQ(time_use(R"({"<": [{"*": [{"time.now": []}, {"time.now": []}]}, 1]})"), TimeUse::unforeseen);
  EXPECT_EQ(
      time_use(R"({"<": [{"reduce": [{"var": "user.a"}, {"+": [{"var": "accumulator"}, {"time.now": []}]}, 0]}, 1]})"),
      TimeUse::unforeseen);
}

TEST(Forecast, IsExactToTheMicrosecond) {
  // In seven days but three: strictly less than begins just after, not more than right then.
  EXPECT_EQ(next_change(R"({"<=": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]})", three_days_ago),
            now + 4 * day);
  EXPECT_EQ(next_change(R"({"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]})", three_days_ago),
            now + 4 * day + 1);
  EXPECT_EQ(next_change(R"({">": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]})", three_days_ago),
            now + 4 * day);
  EXPECT_EQ(next_change(R"({"<": [{"-": [{"time.now": []}, {"time.ms": {"var": "user.seen"}}]}, 345600000]})",
                        three_days_ago),
            now + day);
  EXPECT_EQ(next_change(R"({"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]})",
                        R"({"user": {"seen": "2024-12-29T00:00:00.123456Z"}})"),
            now + 4 * day + 123'457);
  // Right at the turn, and after it.
  EXPECT_EQ(next_change(R"({"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-3d"}]})", three_days_ago), now + 1);
  EXPECT_EQ(next_change(R"({"<=": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-3d"}]})", three_days_ago),
            std::nullopt);
  EXPECT_EQ(next_change(R"({"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-2d"}]})", three_days_ago),
            std::nullopt);
}

TEST(Forecast, PassesOverTurnsThatChangeNothing) {
  constexpr std::string_view between =
      R"({"<=": [{"time.now": "-9d"}, {"time.ms": {"var": "user.seen"}}, {"time.now": "-5d"}]})"; // five to nine days
                                                                                                  // ago
  EXPECT_EQ(next_change(between, three_days_ago), now + 2 * day);
  EXPECT_EQ(next_change(between, three_days_ago, now + 3 * day), now + 6 * day + 1);
  // What is true by something else stays true.
  EXPECT_EQ(
      next_change(R"({"or": [true, {"<": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-7d"}]}]})", three_days_ago),
      std::nullopt);
  EXPECT_EQ(next_change(R"({"and": [{">": [{"time.ms": {"var": "user.seen"}}, {"time.now": "-30d"}]},
                                     {"!=": [{"var": "user.plan"}, "pro"]}]})",
                        three_days_ago),
            now + 27 * day);
  // No number, no turn; a time that is given as a number has one.
  EXPECT_EQ(next_change(R"({"<": [{"time.ms": {"var": "user.never"}}, {"time.now": "-7d"}]})", three_days_ago),
            std::nullopt);
  EXPECT_EQ(next_change(R"({"<": [1735689660000, {"time.now": []}]})", "{}"), now + 60 * second + 1);
}

TEST(Forecast, LooksIntoElements) {
  constexpr std::string_view orders =
      R"({"user": {"orders": [{"at": "2024-12-25T00:00:00Z"}, {"at": "2024-12-28T06:00:00Z"}, {"at": null}, 5]}})";
  constexpr std::string_view recent =
      R"({"some": [{"var": "user.orders"}, {">": [{"time.ms": {"var": "at"}}, {"time.now": "-7d"}]}]})";
  EXPECT_EQ(next_change(recent, orders), now + 3 * day + 6 * hour);
  EXPECT_EQ(next_change(recent, "{}"), std::nullopt);
  EXPECT_EQ(
      next_change(
          R"({"some": [{"merge": [{"var": "user.orders"}, []]}, {">": [{"time.ms": {"var": "at"}}, {"time.now": "-7d"}]}]})",
          orders),
      now + 3 * day + 6 * hour);
}

// Random rules and documents over a few hours, each moment a second: the first that differs is the one foretold.
TEST(Forecast, AgreesWithAWalkThroughTime) {
  std::mt19937 random(20250101);
  const auto up_to = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  const auto leaf = [&] {
    static constexpr const char* orders[] = {"<", "<=", ">", ">="};
    const std::string field =
        R"({"time.ms": {"var": "user.)" + std::string(1, static_cast<char>('a' + up_to(2))) + "\"}}";
    const std::string moment =
        R"({"time.now": ")" + std::string(up_to(1) == 0 ? "+" : "-") + std::to_string(up_to(90)) + "m\"}";
    switch (up_to(3)) {
      case 0:
        return R"({"<": [{"time.now": "-50m"}, )" + field + ", " + moment + "]}";
      case 1:
        return R"({">": [{"-": [)" + moment + ", " + field + "]}, " + std::to_string(up_to(60) * 60'000) + "]}";
      default:
        return "{\"" + std::string(orders[up_to(3)]) +
               "\": " + (up_to(1) == 0 ? "[" + field + ", " + moment + "]}" : "[" + moment + ", " + field + "]}");
    }
  };
  int changes = 0;
  for (int round = 0; round < 400; ++round) {
    std::string rule = leaf();
    for (int i = up_to(3); i > 0; --i) {
      switch (up_to(2)) {
        case 0:
          rule = "{\"and\": [" + rule + ", " + leaf() + "]}";
          break;
        case 1:
          rule = "{\"or\": [" + leaf() + ", " + rule + "]}";
          break;
        default:
          rule = "{\"if\": [" + leaf() + ", {\"!\": " + rule + "}, " + rule + "]}";
      }
    }
    std::string data = "{\"user\": {\"z\": 1";
    for (const char* name : {"a", "b", "c"}) {
      // Milliseconds of the hour before and after 2025-01-01.
      data += ", \"" + std::string(name) + "\": " + std::to_string(1'735'689'600'000 + (up_to(7200) - 3600) * 1000);
    }
    data += "}}";
    const std::string rule_bytes = encode_jsonb(rule);
    const std::string data_bytes = encode_jsonb(data);
    const Document document(data_bytes);
    const auto program = Program::compile(rule_bytes, RuleForm::condition);
    const auto forecast = Forecast::compile(rule_bytes);
    ASSERT_EQ(forecast->time_use(), TimeUse::foreseen) << rule;
    Evaluator evaluator;
    const bool result = evaluator.matches(*program, document, now);
    std::optional<std::int64_t> expected;
    for (std::int64_t moment = now; !expected && moment < now + 4 * hour; moment += second) {
      for (const std::int64_t exact : {moment, moment + 1}) {
        if (!expected && evaluator.matches(*program, document, exact) != result) {
          expected = exact;
        }
      }
    }
    const auto found = forecast->next_change(document, now);
    ASSERT_EQ(found, expected) << rule << " over " << data;
    changes += found ? 1 : 0;
  }
  EXPECT_GT(changes, 100);
}

TEST(Forecast, FindsTheMembersOfTheDocument) {
  using Members = std::vector<std::string>;
  EXPECT_EQ(document_members(encode_jsonb(
                R"({"and": [{"==": [{"var": "user.plan"}, {"var": ["event.properties.plan", {"var": "plan"}]}]},
      {"some": [{"var": "user.orders"}, {"var": "inner"}]}, {"missing": ["user.a", "other"]}, {"var": {"cat": ["us", "er"]}}]})")),
            (Members{"user.plan", "event.properties", "plan", "user.orders", "user.a", "other"}));
  EXPECT_EQ(document_members(encode_jsonb(R"({"!!": {"var": ""}})")), Members{""});
  EXPECT_EQ(document_members(encode_jsonb("true")), Members{});
}

TEST(Forecast, RefusesWhatIsNoCondition) {
  const Error error = error_of([] { Forecast::compile(encode_jsonb(R"({"nope": 1})")); });
  EXPECT_STREQ(error.sqlstate(), lifecycle::sqlstate::invalid_parameter_value);
}

} // namespace
