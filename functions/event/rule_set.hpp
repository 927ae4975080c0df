// The event contract's rules as rows, the way the tables event_verbs, event_words and event_rules hold them (enabled
// ones only). A Contract is compiled from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::event {

// past: a past form of its own. same: spelled like its base. none: ends like a past form and is none (need, embed).
enum class VerbKind : std::uint8_t { past, same, none };

struct VerbRow {
  std::string past;
  std::string base;
  VerbKind kind;
  bool proposed; // the form that mends use for this base
};

struct WordRow {
  std::string word_class;
  std::string word;
  std::string becomes; // what a mend makes of it; empty: nothing
};

enum class Subject : std::uint8_t { event_name, property };

enum class Severity : std::uint8_t { allow, warning, error };

struct RuleRow {
  Subject applies_to;
  std::string pattern;
  std::string code;
  Severity severity;
  std::string reason;
};

struct RuleSet {
  std::vector<VerbRow> verbs;
  std::vector<WordRow> words;
  std::vector<RuleRow> rules;
};

// The values that the tables' columns have. Anything else raises invalid_parameter_value.
VerbKind verb_kind(std::string_view text);
Subject subject(std::string_view text);
Severity severity(std::string_view text);

std::string_view name_of(Severity severity);

// The rules under the overlay {"add": [rule…], "disable": [pattern…], "verbs": [verb…], "words": [word…]};
// docs/EVENTS.md describes it. Raises invalid_parameter_value with the place for anything else.
RuleSet overlaid(const RuleSet& rules, std::string_view overlay);

} // namespace lifecycle::event
