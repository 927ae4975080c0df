#include "functions/event/name_rules.hpp"

#include "functions/event/grammar.hpp"
#include "functions/event/mend.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

Finding finding(const RuleRow& rule, std::string code, std::string_view name, const std::string& what) {
  return {rule.severity,
          true,
          std::move(code),
          "/event_name",
          in_quotes(name) + " " + what + " (rule " + rule.pattern + ")",
          {}};
}

} // namespace

NameRules::NameRules(const Lexicon& lexicon, const RuleSet& rules)
    : lexicon_(lexicon),
      rules_(rules.rules),
      patterns_(lexicon, rules.rules, Subject::event_name),
      snake_case_(rule("#snake_case")),
      action_(rule("#action")),
      known_verb_(rule("#known_verb")) {}

const RuleRow* NameRules::rule(std::string_view check) const {
  for (const RuleRow& row : rules_) {
    if (row.applies_to == Subject::event_name && row.pattern == check && row.severity != Severity::allow) {
      return &row;
    }
  }
  return nullptr;
}

std::optional<Finding> NameRules::check_action(std::string_view name, const std::vector<Token>& tokens) const {
  const std::optional<std::size_t> action = action_of(lexicon_, tokens);
  if (!action) {
    if (action_ == nullptr) {
      return std::nullopt;
    }
    const Failure failure = failure_of(lexicon_, tokens);
    return finding(*action_, failure.code, name, failure.what);
  }
  const Lexicon::Entry* verb = tokens[*action].exact;
  if (known_verb_ != nullptr && (verb == nullptr || !verb->is_past)) {
    return finding(*known_verb_, known_verb_->code, name,
                   "has the verb \"" + tokens[*action].text + "\", which is not in lifecycle.event_verbs");
  }
  return std::nullopt;
}

std::optional<Finding> NameRules::judge(std::string_view name) const {
  std::optional<Finding> worst;
  const auto take = [&worst](std::optional<Finding> found) {
    if (found && (!worst || found->severity > worst->severity)) {
      worst = std::move(found);
    }
  };
  if (snake_case_ != nullptr && !is_snake_case(name)) {
    take(finding(*snake_case_, snake_case_->code, name, snake_case_->reason));
  }
  const std::vector<Token> tokens = tokens_of(lexicon_, words_of(name));
  const Ruling ruling = patterns_.judge(tokens);
  if (ruling.rule != nullptr) {
    take(finding(*ruling.rule, ruling.rule->code, name, ruling.rule->reason));
  }
  if (!ruling.excepted && !tokens.empty()) {
    take(check_action(name, tokens));
  }
  return worst;
}

std::optional<Finding> NameRules::explain(std::string_view name) const {
  std::optional<Finding> found = judge(name);
  if (found) {
    found->proposed = mended_name(lexicon_, name, [this](std::string_view candidate) {
      const std::optional<Finding> remaining = judge(candidate);
      return !remaining || remaining->severity < Severity::error;
    });
  }
  return found;
}

} // namespace lifecycle::event
