#include "functions/secret/rules.hpp"

#include <algorithm>
#include <utility>

#include "functions/condition/regular_expression.hpp"
#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::secret {
namespace {

bool matches(const RuleRow& rule, std::string_view text) {
  return condition::match_regular_expression != nullptr && condition::match_regular_expression(rule.pattern, text);
}

} // namespace

AppliesTo applies_to(std::string_view word) {
  if (word == "key") {
    return AppliesTo::key;
  }
  if (word == "value") {
    return AppliesTo::value;
  }
  if (word == "harmless") {
    return AppliesTo::harmless;
  }
  throw Error(sqlstate::invalid_parameter_value,
              "\"" + std::string(word) + "\" is nothing that a secret rule applies to", "It is key, value or harmless.",
              "");
}

RuleSet::RuleSet(std::vector<RuleRow> rows) : rows_(std::move(rows)) {
  for (std::uint32_t i = 0; i < rows_.size(); ++i) {
    const RuleRow& row = rows_[i];
    if (row.applies_to == AppliesTo::harmless) {
      continue;
    }
    if (row.literals.empty()) {
      always_.push_back(i);
    }
    for (const std::string& literal : row.literals) {
      literals_.add(literal, i);
    }
  }
  literals_.build();
}

const RuleRow* RuleSet::find(AppliesTo subject, std::string_view text) const {
  std::uint32_t first = static_cast<std::uint32_t>(rows_.size());
  const auto ask = [&](std::uint32_t rule) {
    if (rule < first && rows_[rule].applies_to == subject && matches(rows_[rule], text)) {
      first = rule;
    }
    return true;
  };
  literals_.for_hits(text, ask);
  for (const std::uint32_t rule : always_) {
    ask(rule);
  }
  return first < rows_.size() ? &rows_[first] : nullptr;
}

// Whether a literal stands there. What has none is kept.
bool RuleSet::search(std::string_view bytes) const {
  if (literals_.any_in(bytes)) {
    return true;
  }
  if (is_kept(bytes)) {
    clean_.add(CleanTexts::entry_of(bytes));
  }
  return false;
}

bool RuleSet::is_harmless(std::string_view text) const {
  return text.empty() || std::any_of(rows_.begin(), rows_.end(), [&](const RuleRow& row) {
           return row.applies_to == AppliesTo::harmless && matches(row, text);
         });
}

} // namespace lifecycle::secret
