// A small event contract for the tests of its core; the shipped one is tested in SQL.
#pragma once

#include <sstream>
#include <string>

#include "functions/event/rule_set.hpp"

namespace lifecycle::test {

inline void add_words(event::RuleSet& rules, const std::string& word_class, const std::string& words) {
  std::istringstream list(words);
  for (std::string word; list >> word;) {
    const std::size_t becomes = word.find('=');
    rules.words.push_back(
        {word_class, word.substr(0, becomes), becomes == std::string::npos ? "" : word.substr(becomes + 1)});
  }
}

inline void add_verbs(event::RuleSet& rules, event::VerbKind kind, const std::string& verbs) {
  std::istringstream list(verbs);
  for (std::string verb; list >> verb;) {
    const std::size_t base = verb.find('=');
    rules.verbs.push_back({verb.substr(0, base), verb.substr(base == std::string::npos ? 0 : base + 1), kind, true});
  }
}

inline void add_rule(event::RuleSet& rules, event::Subject subject, const std::string& pattern, const std::string& code,
                     event::Severity severity = event::Severity::error) {
  rules.rules.push_back({subject, pattern, code, severity, "is refused"});
}

inline event::RuleSet small_contract() {
  using event::Severity;
  using event::Subject;
  using event::VerbKind;
  event::RuleSet rules;
  add_words(rules, "auxiliary", "is has was");
  add_words(rules, "state", "status stage flag");
  add_words(rules, "attribute", "id reason");
  add_words(rules, "metric", "count total rate");
  add_words(rules, "period", "daily weekly");
  add_words(rules, "person", "user customer");
  add_words(rules, "actor", "account");
  add_words(rules, "standing", "active=activated churned=churned vip");
  add_words(rules, "adjective", "premium new=created");
  add_words(rules, "action_noun", "login=logged_in signup=signed_up purchase order=order_placed");
  add_words(rules, "particle", "up in out on off");
  add_words(rules, "preposition", "to from as in on");
  add_words(rules, "adverb", "again");
  add_words(rules, "noun", "order family page need");
  add_words(rules, "descriptive", "preferred");
  add_words(rules, "negative_prefix", "un");
  add_words(rules, "verb_prefix", "re over under");
  add_verbs(rules, VerbKind::past,
            "sent=send paid=pay began=begin written=write chosen=choose agreed=agree stopped=stop");
  add_verbs(rules, VerbKind::past,
            "created=create viewed=view visited=visit logged=log signed=sign unlocked=unlock applied=apply");
  rules.verbs.push_back({"wrote", "write", VerbKind::past, false});
  add_verbs(rules, VerbKind::same, "reset set cut");
  add_verbs(rules, VerbKind::none, "need embed data_set based");
  add_rule(rules, Subject::event_name, "#snake_case", "event_name.case");
  add_rule(rules, Subject::event_name, "#action", "event_name.tense");
  add_rule(rules, Subject::event_name, "<auxiliary>_+", "event_name.flag");
  add_rule(rules, Subject::event_name, "*_not_*", "event_name.state");
  add_rule(rules, Subject::event_name, "total_+", "event_name.count");
  add_rule(rules, Subject::event_name, "beta_+", "event_name.beta", Severity::warning);
  add_rule(rules, Subject::event_name, "total_<past>_*", "exception", Severity::allow);
  add_rule(rules, Subject::property, "*_power_<person>_*", "property.classification");
  add_rule(rules, Subject::property, "+_score", "property.derived");
  add_rule(rules, Subject::property, "+_count", "property.metric");
  add_rule(rules, Subject::property, "<period>_*_<metric>", "property.metric");
  add_rule(rules, Subject::property, "old_+", "property.old", Severity::warning);
  add_rule(rules, Subject::property, "*_quiz_score", "exception", Severity::allow);
  add_rule(rules, Subject::property, "*_item_count", "exception", Severity::allow);
  return rules;
}

} // namespace lifecycle::test
