// The pattern language of event rules, against a matcher that tries everything; exceptions; overlays.
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "functions/core/error.hpp"
#include "functions/event/contract.hpp"
#include "functions/event/patterns.hpp"
#include "tests/unit/support/event_rules.hpp"

namespace {

using lifecycle::event::Contract;
using lifecycle::event::Lexicon;
using lifecycle::event::Patterns;
using lifecycle::event::RuleSet;
using lifecycle::event::Severity;
using lifecycle::event::Subject;

bool refuses(const RuleSet& rules, std::string_view key) {
  const Lexicon lexicon(rules);
  const Patterns patterns(lexicon, rules.rules, Subject::property);
  return patterns.judge(lifecycle::event::tokens_of(lexicon, lifecycle::event::words_of(key))).rule != nullptr;
}

bool refuses(const std::string& pattern, std::string_view key) {
  RuleSet rules;
  lifecycle::test::add_words(rules, "fruit", "apple pear");
  lifecycle::test::add_rule(rules, Subject::property, pattern, "x");
  return refuses(rules, key);
}

TEST(EventPattern, Language) {
  EXPECT_TRUE(refuses("a_b", "a_b"));
  EXPECT_TRUE(refuses("a_b", "A B"));
  EXPECT_TRUE(refuses("a_b", "aB"));
  EXPECT_TRUE(refuses("a_b", "a-bs"));
  EXPECT_FALSE(refuses("a_b", "ab"));
  EXPECT_FALSE(refuses("a_b", "a_b_c"));
  EXPECT_FALSE(refuses("a_b", "x_a_b"));
  EXPECT_TRUE(refuses("+_b", "a_b"));
  EXPECT_FALSE(refuses("+_b", "b"));
  EXPECT_TRUE(refuses("*_b", "b"));
  EXPECT_TRUE(refuses("*_b_*", "x_b_y_z"));
  EXPECT_TRUE(refuses("*_b_*", "b"));
  EXPECT_TRUE(refuses("a_*_<fruit>", "a_green_apple"));
  EXPECT_TRUE(refuses("a_*_<fruit>", "a_pears"));
  EXPECT_FALSE(refuses("a_+_<fruit>", "a_pear"));
  EXPECT_FALSE(refuses("<vegetable>", "leek"));
  EXPECT_TRUE(refuses("*_<number>_*", "top_10_list"));
  EXPECT_TRUE(refuses("+_<window>", "sessions_30d"));
  EXPECT_TRUE(refuses("+", "anything_at_all"));
  EXPECT_FALSE(refuses("+", ""));
}

TEST(EventPattern, NoPatterns) {
  for (const char* pattern :
       {"", "_", "a_", "_a", "A", "a__b", "<>", "<a", "a-b", "a b", "a*", "a_b_c_d_e_f_g_h_i_j_k_l_m"}) {
    EXPECT_THROW(refuses(pattern, "x"), lifecycle::Error) << pattern;
  }
}

// All ways to lay a pattern over words.
bool slow_match(const std::vector<std::string>& pattern, std::size_t at, const std::vector<std::string>& words,
                std::size_t word) {
  if (at == pattern.size()) {
    return word == words.size();
  }
  if (pattern[at] == "*" || pattern[at] == "+") {
    for (std::size_t next = word + (pattern[at] == "+" ? 1 : 0); next <= words.size(); ++next) {
      if (slow_match(pattern, at + 1, words, next)) {
        return true;
      }
    }
    return false;
  }
  return word < words.size() && words[word] == pattern[at] && slow_match(pattern, at + 1, words, word + 1);
}

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, '_');) {
    out.push_back(part);
  }
  return out;
}

std::string random_name(std::mt19937& random, const std::vector<const char*>& elements, std::size_t most) {
  std::string text;
  for (std::size_t left = 1 + random() % most; left > 0; --left) {
    text += (text.empty() ? "" : std::string("_")) + elements[random() % elements.size()];
  }
  return text;
}

TEST(EventPattern, MatchesLikeTheSlowWay) {
  std::mt19937 random(7);
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string pattern = random_name(random, {"a", "b", "c", "*", "+"}, 6);
    const std::string name = random_name(random, {"a", "b", "c"}, 7);
    const bool expected = slow_match(parts(pattern), 0, parts(name), 0);
    ASSERT_EQ(refuses(pattern, name), expected) << pattern << " over " << name;
    matched += expected ? 1 : 0;
  }
  EXPECT_GT(matched, 2000);
}

TEST(EventPattern, ExceptionsLiftWhatTheyMatch) {
  const RuleSet rules = lifecycle::test::small_contract();
  EXPECT_TRUE(refuses(rules, "health_score"));
  EXPECT_FALSE(refuses(rules, "quiz_score"));
  EXPECT_FALSE(refuses(rules, "my_quiz_scores"));
  EXPECT_TRUE(refuses(rules, "quiz_score_count"));
  EXPECT_FALSE(refuses(rules, "item_count"));
  EXPECT_TRUE(refuses(rules, "daily_item_count")) << "the rule about a day's counts refers to more than the exception";
  EXPECT_TRUE(refuses(rules, "isPowerUser"));
}

TEST(EventPattern, LongKeysKeepTheirEnds) {
  const RuleSet rules = lifecycle::test::small_contract();
  std::string key = "first";
  for (int i = 0; i < 200; ++i) {
    key += "_word";
  }
  EXPECT_FALSE(refuses(rules, key));
  EXPECT_TRUE(refuses(rules, key + "_count"));
  Contract contract(rules);
  const std::string megabytes(3'000'000, 'x');
  EXPECT_EQ(contract.key(megabytes + "_count"), lifecycle::event::naming_error);
  EXPECT_EQ(contract.key(megabytes), lifecycle::event::valid);
}

TEST(EventPattern, Overlays) {
  const RuleSet rules = lifecycle::test::small_contract();
  const auto key = [&rules](const char* overlay, std::string_view name) {
    Contract contract(lifecycle::event::overlaid(rules, overlay));
    return contract.key(name);
  };
  EXPECT_EQ(key("{}", "health_score"), lifecycle::event::naming_error);
  EXPECT_EQ(key(R"({"disable": ["+_score"]})", "health_score"), lifecycle::event::valid);
  EXPECT_EQ(
      key(R"({"add": [{"applies_to": "property", "pattern": "health_score", "severity": "allow"}]})", "health_score"),
      lifecycle::event::valid);
  EXPECT_EQ(
      key(R"({"add": [{"applies_to": "property", "pattern": "+_score", "severity": "warning"}]})", "health_score"),
      lifecycle::event::naming_warning);
  EXPECT_EQ(key(R"({"words": [{"class": "person", "word": "patient"}]})", "power_patient"),
            lifecycle::event::naming_error);
  Contract contract(lifecycle::event::overlaid(rules, R"({"verbs": [{"past": "yote", "base": "yeet"}]})"));
  EXPECT_EQ(contract.name("ball_yote"), lifecycle::event::valid);
}

TEST(EventPattern, WrongOverlaysNameThePlace) {
  const RuleSet rules = lifecycle::test::small_contract();
  const auto place = [&rules](const char* overlay) -> std::string {
    try {
      lifecycle::event::overlaid(rules, overlay);
      return "nothing";
    } catch (const lifecycle::Error& error) {
      EXPECT_STREQ(error.sqlstate(), "22023");
      return error.detail().substr(0, error.detail().find(':'));
    }
  };
  EXPECT_EQ(place("[]"), "At \"\"");
  EXPECT_EQ(place("{"), "At \"\"");
  EXPECT_EQ(place(R"({"remove": []})"), "At /remove");
  EXPECT_EQ(place(R"({"add": {}})"), "At /add");
  EXPECT_EQ(place(R"({"add": [1]})"), "At /add/0");
  EXPECT_EQ(place(R"({"add": [{"applies_to": "property"}]})"), "At /add/0/pattern");
  EXPECT_EQ(place(R"({"add": [{"applies_to": "property", "pattern": "x", "a/b": 1}]})"), "At /add/0/a~1b");
  EXPECT_EQ(place(R"({"disable": ["+_score", "nothing"]})"), "At /disable/1");
  EXPECT_EQ(place(R"({"verbs": [{"past": "x", "proposed": "yes"}]})"), "At /verbs/0/proposed");
  EXPECT_EQ(place(R"({"words": [{"class": "person", "word": ""}]})"), "At /words/0/word");
}

} // namespace
