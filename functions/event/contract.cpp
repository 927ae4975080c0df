#include "functions/event/contract.hpp"

#include <utility>

#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

// Of a key that is longer, the beginning and the end are judged.
constexpr std::size_t most_key_bytes = 512;

Verdict verdict_of(Severity severity) { return severity == Severity::error ? naming_error : naming_warning; }

std::vector<std::string> words_of_key(std::string_view key) {
  if (key.size() <= most_key_bytes) {
    return words_of(key);
  }
  std::string ends(key.substr(0, most_key_bytes / 2));
  ends += ' ';
  ends += key.substr(key.size() - most_key_bytes / 2);
  return words_of(ends);
}

} // namespace

Contract::Contract(RuleSet rules)
    : rules_(std::move(rules)),
      lexicon_(rules_),
      name_rules_(lexicon_, rules_),
      property_rules_(lexicon_, rules_.rules, Subject::property) {}

Verdict Contract::judge_name(std::string_view name) const {
  const std::optional<Finding> found = name_rules_.judge(name);
  return found ? verdict_of(found->severity) : valid;
}

Verdict Contract::judge_key(std::string_view key) const {
  const Ruling ruling = property_rules_.judge(tokens_of(lexicon_, words_of_key(key)));
  return ruling.rule == nullptr ? valid : verdict_of(ruling.rule->severity);
}

std::optional<Finding> Contract::explain_key(std::string_view key) const {
  const Ruling ruling = property_rules_.judge(tokens_of(lexicon_, words_of_key(key)));
  if (ruling.rule == nullptr) {
    return std::nullopt;
  }
  return Finding{ruling.rule->severity,
                 true,
                 ruling.rule->code,
                 {},
                 in_quotes(key) + " " + ruling.rule->reason + " (rule " + ruling.rule->pattern + ")",
                 {}};
}

Verdict Contract::keys(const json::Container& object) {
  if (object.count == 0) {
    return valid;
  }
  const bool small = object.count <= KeySetMemo::most_keys;
  if (small) {
    if (const Verdict* known = key_sets_.find(object)) {
      return *known;
    }
  }
  Verdict verdict = valid;
  std::uint32_t end = 0;
  for (std::uint32_t i = 0; i < object.count; ++i) {
    if (i % interrupt_interval == interrupt_interval - 1) {
      poll_interrupts();
    }
    const std::uint32_t begin = end;
    const std::uint32_t entry = json::entry_at(object.entries, i);
    end = json::entry_end(entry, begin, object.size);
    if (json::entry_type(entry) != json::layout::type_string) [[unlikely]] {
      json::fail_malformed("A key is not a string.");
    }
    verdict |= key({object.data + begin, end - begin});
  }
  if (small) {
    key_sets_.learn(object, end, verdict);
  }
  return verdict;
}

} // namespace lifecycle::event
