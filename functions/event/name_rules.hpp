// Judges event names: snake_case; an action, that is a past form at the end, which only particles, adverbs and a phrase
// may follow; no state, flag, count or business logic. Works on what it is given each time: Contract remembers
// verdicts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/finding.hpp"
#include "functions/event/patterns.hpp"

namespace lifecycle::event {

inline constexpr std::size_t most_name_bytes = 200;

class NameRules {
 public:
  // `rules` and `lexicon` must outlive this.
  NameRules(const Lexicon& lexicon, const RuleSet& rules);

  // The worst thing wrong with the name, without a mend; none where it is right. Not for empty names.
  [[nodiscard]] std::optional<Finding> judge(std::string_view name) const;

  // The same, with a mend where one is known.
  [[nodiscard]] std::optional<Finding> explain(std::string_view name) const;

 private:
  [[nodiscard]] std::optional<Finding> check_action(std::string_view name, const std::vector<Token>& tokens) const;
  [[nodiscard]] const RuleRow* rule(std::string_view check) const;

  const Lexicon& lexicon_;
  const std::vector<RuleRow>& rules_;
  Patterns patterns_;
  const RuleRow* snake_case_; // null: switched off
  const RuleRow* action_;
  const RuleRow* known_verb_;
};

} // namespace lifecycle::event
