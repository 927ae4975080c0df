#include "functions/metrics/day_metrics.hpp"

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "functions/core/error.hpp"

namespace {

using lifecycle::DayMetrics;
using lifecycle::TextNumbers;

DayMetrics::UserId user(std::uint8_t number) {
  DayMetrics::UserId id{};
  id.back() = number;
  return id;
}

using Rows = std::map<std::tuple<bool, std::string, std::string>, std::uint64_t>; // events?, stage, name ("*": all)

Rows rows_of(DayMetrics& metrics) {
  metrics.finish();
  Rows rows;
  for (const DayMetrics::Row& row : metrics.rows()) {
    const bool fresh = rows.emplace(std::tuple(row.figure == DayMetrics::Figure::events_total, std::string(row.stage),
                                               row.event_name.data() == nullptr ? "*" : std::string(row.event_name)),
                                    row.value)
                           .second;
    EXPECT_TRUE(fresh) << row.stage << ' ' << row.event_name;
  }
  return rows;
}

TEST(TextNumbers, NumbersInTheOrderOfTheirComing) {
  TextNumbers numbers(7);
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) {
    texts.push_back("text " + std::to_string(i * 7919 % 5000));
    EXPECT_EQ(numbers.number(texts.back()), i);
  }
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(numbers.number(texts[i]), i);
    EXPECT_EQ(numbers.text(i), texts[i]);
  }
  EXPECT_EQ(numbers.size(), 5000);
  EXPECT_EQ(numbers.number(""), 5000);
  EXPECT_EQ(numbers.number(std::string(1, '\0')), 5001);
}

TEST(DayMetrics, NothingGivesNothing) {
  DayMetrics metrics(1, 0);
  EXPECT_TRUE(rows_of(metrics).empty());
}

TEST(DayMetrics, CountsByStageAtTheTimeOfTheEvent) {
  DayMetrics metrics(1, 100);
  metrics.add_event("ann", "opened", 110);
  metrics.add_event("ann@example.com", "opened", 120); // at the moment of the move
  metrics.add_event("ann", "closed", 130);
  metrics.add_event("stranger", "opened", 130);
  metrics.name_user("ann", user(1));
  metrics.name_user("ann@example.com", user(1));
  EXPECT_TRUE(metrics.add_stage(user(1), "Revenue", 120, 9));
  EXPECT_TRUE(metrics.add_stage(user(1), "Retention", 120, 8)); // the same time, an earlier entry
  EXPECT_TRUE(metrics.add_stage(user(1), "Activation", 40, 3));
  EXPECT_TRUE(metrics.add_stage(user(1), "Acquisition", 30, 4));
  EXPECT_FALSE(metrics.add_stage(user(2), "Referral", 40, 5));
  const Rows expected = {
      {{true, "Activation", "*"}, 1},   {{true, "Activation", "opened"}, 1}, {{true, "Revenue", "*"}, 2},
      {{true, "Revenue", "opened"}, 1}, {{true, "Revenue", "closed"}, 1},    {{true, "none", "*"}, 1},
      {{true, "none", "opened"}, 1},    {{false, "Activation", "*"}, 1},     {{false, "Activation", "opened"}, 1},
      {{false, "Revenue", "*"}, 1},     {{false, "Revenue", "opened"}, 1},   {{false, "Revenue", "closed"}, 1},
      {{false, "none", "*"}, 1},        {{false, "none", "opened"}, 1},      {{false, "all", "*"}, 2},
      {{false, "all", "opened"}, 2},    {{false, "all", "closed"}, 1},
  };
  EXPECT_EQ(rows_of(metrics), expected);
}

TEST(DayMetrics, KnowsWhichKeysHaveAStage) {
  DayMetrics metrics(1, 100);
  metrics.add_event("a", "opened", 110);
  metrics.add_event("b", "opened", 110);
  metrics.name_user("a", user(1));
  metrics.name_user("b", user(2));
  metrics.add_stage(user(2), "Revenue", 150, 1);
  EXPECT_FALSE(metrics.has_stage(0));
  EXPECT_TRUE(metrics.has_stage(1));
  EXPECT_EQ(metrics.user(1), user(2));
  metrics.unname_user(0);
  EXPECT_FALSE(metrics.is_named(0));
  const Rows rows = rows_of(metrics);
  EXPECT_EQ(rows.at({true, "none", "*"}), 2); // b moved after its event, a is nobody
  EXPECT_THROW(metrics.name_user("c", user(3)), lifecycle::Error);
}

// Against counting with sets.
TEST(DayMetrics, AgreesWithSets) {
  std::mt19937 random(20);
  const std::vector<std::string> stages = {"Acquisition", "Activation", "Retention"};
  for (int round = 0; round < 200; ++round) {
    DayMetrics metrics(random(), 1000);
    std::map<std::string, std::uint8_t> named;
    std::map<std::uint8_t, std::map<std::pair<std::int64_t, std::int64_t>, std::string>> history;
    for (std::int64_t number = 0; number < static_cast<std::int64_t>(random() % 30); ++number) {
      history[random() % 5][{900 + random() % 200, number}] = stages[random() % stages.size()];
    }
    struct Event {
      std::string key, name;
      std::int64_t time;
    };
    std::vector<Event> events;
    for (unsigned i = random() % 60; i > 0; --i) {
      events.push_back({"k" + std::to_string(random() % 12), "n" + std::to_string(random() % 4),
                        static_cast<std::int64_t>(1000 + random() % 100)});
      metrics.add_event(events.back().key, events.back().name, events.back().time);
      if (random() % 3 == 0) {
        named[events.back().key] = random() % 5;
      }
    }
    for (const auto& [key, number] : named) {
      metrics.name_user(key, user(number));
    }
    for (const auto& [number, entries] : history) {
      for (const auto& [when, stage] : entries) {
        metrics.add_stage(user(number), stage, when.first, when.second);
      }
    }
    Rows expected;
    std::map<std::tuple<std::string, std::string>, std::set<std::string>> people;
    for (const Event& event : events) {
      std::string person = event.key;
      std::string stage = "none";
      if (const auto found = named.find(event.key); found != named.end()) {
        person = "user " + std::to_string(found->second);
        for (const auto& [when, entered] : history[found->second]) {
          stage = when.first <= event.time ? entered : stage;
        }
      }
      for (const std::string& name : {std::string("*"), event.name}) {
        ++expected[{true, stage, name}];
        people[{stage, name}].insert(person);
        people[{"all", name}].insert(person);
      }
    }
    for (const auto& [cell, set] : people) {
      expected[{false, std::get<0>(cell), std::get<1>(cell)}] = set.size();
    }
    EXPECT_EQ(rows_of(metrics), expected) << round;
  }
}

} // namespace
