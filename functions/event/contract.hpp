// The event contract, compiled: judges names and property keys by the rules it was made of, and remembers its verdicts.
// Not shared between threads.
#pragma once

#include <optional>
#include <string_view>

#include "functions/event/key_set_memo.hpp"
#include "functions/event/name_rules.hpp"
#include "functions/event/patterns.hpp"
#include "functions/event/rule_set.hpp"
#include "functions/event/verdict_memo.hpp"

namespace lifecycle::event {

class Contract {
 public:
  explicit Contract(RuleSet rules);
  Contract(const Contract&) = delete;
  Contract& operator=(const Contract&) = delete;
  ~Contract() = default;

  [[nodiscard]] const RuleSet& rules() const { return rules_; }

  // Not for empty names nor for ones longer than most_name_bytes: that is the event's structure.
  Verdict name(std::string_view name) {
    return names_.verdict(name, [this](std::string_view text) { return judge_name(text); });
  }
  [[nodiscard]] std::optional<Finding> explain_name(std::string_view name) const { return name_rules_.explain(name); }

  Verdict key(std::string_view key) {
    return keys_.verdict(key, [this](std::string_view text) { return judge_key(text); });
  }
  // Without its pointer.
  [[nodiscard]] std::optional<Finding> explain_key(std::string_view key) const;

  // Of all keys of an object.
  Verdict keys(const json::Container& object);

 private:
  [[nodiscard]] Verdict judge_name(std::string_view name) const;
  [[nodiscard]] Verdict judge_key(std::string_view key) const;

  RuleSet rules_;
  Lexicon lexicon_;
  NameRules name_rules_;
  Patterns property_rules_;
  VerdictMemo names_;
  VerdictMemo keys_;
  KeySetMemo key_sets_;
};

} // namespace lifecycle::event
