// Patterns over the words of a name or key: elements joined by "_". A word stands for itself and its plural, <class>
// for any word of that class, + for one word or more, * for any number of them, none included.
//   is_*_<person>   *_power_user_*   +_count   daily_<action_noun>
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/rule_set.hpp"
#include "functions/event/tokens.hpp"

namespace lifecycle::event {

// What rules say of a name. `rule` is null where none refuses it.
struct Ruling {
  const RuleRow* rule = nullptr;
  bool excepted = false; // an exception matches every word of it
};

// The rules of one subject, found by their rarest element, so that a name is held against few of them.
class Patterns {
 public:
  // `rules` must outlive this. Rules whose pattern begins with "#" are no patterns and are left out. Raises
  // invalid_parameter_value for a pattern that is none.
  Patterns(const Lexicon& lexicon, const std::vector<RuleRow>& rules, Subject subject);

  // The worst refusal that no exception covers: an exception lifts what refers only to words it matches.
  [[nodiscard]] Ruling judge(const std::vector<Token>& tokens) const;

 private:
  struct Element {
    enum class Kind : std::uint8_t { word, word_class, some, any } kind;
    ClassSet classes;
    std::string word;
  };
  struct Pattern {
    std::vector<Element> elements;
    const RuleRow* rule;
  };
  using WordSet = std::uint64_t; // a bit for each of most_words

  [[nodiscard]] static std::vector<Element> parse(const Lexicon& lexicon, const RuleRow& rule);
  [[nodiscard]] static bool matches(const Element& element, const Token& token);
  [[nodiscard]] static bool match(const Pattern& pattern, const std::vector<Token>& tokens, WordSet& matched);
  void index(std::uint32_t place);
  template <typename Visit>
  void for_candidates(const std::vector<Token>& tokens, Visit visit) const;

  std::vector<Pattern> patterns_;
  std::vector<std::pair<std::string, std::uint32_t>> by_word_; // sorted
  std::vector<std::vector<std::uint32_t>> by_class_;
  std::vector<std::uint32_t> always_; // wildcards alone
};

} // namespace lifecycle::event
