#include "functions/event/patterns.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "functions/core/error.hpp"
#include "functions/event/finding.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

constexpr std::size_t most_elements = 12;

[[noreturn]] void fail_pattern(const RuleRow& rule, const std::string& what) {
  throw Error(sqlstate::invalid_parameter_value, in_quotes(rule.pattern) + " is no pattern of an event rule", what,
              "Join words (a-z, 0-9), <class>, + and * by \"_\", as in is_*_<person> or +_count.");
}

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

} // namespace

std::vector<Patterns::Element> Patterns::parse(const Lexicon& lexicon, const RuleRow& rule) {
  std::vector<Element> elements;
  std::string_view rest = rule.pattern;
  for (bool more = true; more;) {
    std::size_t end = rest.find('_', rest.starts_with('<') ? std::min(rest.find('>'), rest.size()) : 0);
    more = end != std::string_view::npos;
    end = more ? end : rest.size();
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(more ? end + 1 : end);
    if (text == "+" || text == "*") {
      elements.push_back({text == "+" ? Element::Kind::some : Element::Kind::any, 0, {}});
    } else if (text.size() > 2 && text.front() == '<' && text.back() == '>') {
      // A class that no word has matches nothing.
      const int place = lexicon.class_of(text.substr(1, text.size() - 2));
      elements.push_back({Element::Kind::word_class, place < 0 ? 0 : ClassSet{1} << static_cast<unsigned>(place), {}});
    } else if (is_word(text)) {
      elements.push_back({Element::Kind::word, 0, std::string(text)});
    } else {
      fail_pattern(rule, in_quotes(text) + " is neither a word nor <class>, + or *.");
    }
  }
  if (elements.size() > most_elements) {
    fail_pattern(rule, "It has more than " + std::to_string(most_elements) + " elements.");
  }
  return elements;
}

Patterns::Patterns(const Lexicon& lexicon, const std::vector<RuleRow>& rules, Subject subject) : by_class_(64) {
  for (const RuleRow& rule : rules) {
    if (rule.applies_to == subject && !rule.pattern.starts_with('#')) {
      patterns_.push_back({parse(lexicon, rule), &rule});
      index(static_cast<std::uint32_t>(patterns_.size() - 1));
    }
  }
  std::sort(by_word_.begin(), by_word_.end());
}

// Under its longest word, else under a class, which any of the name's words may have.
void Patterns::index(std::uint32_t place) {
  const Element* longest = nullptr;
  const Element* of_class = nullptr;
  for (const Element& element : patterns_[place].elements) {
    if (element.kind == Element::Kind::word && (longest == nullptr || element.word.size() > longest->word.size())) {
      longest = &element;
    } else if (element.kind == Element::Kind::word_class) {
      of_class = &element;
    }
  }
  if (longest != nullptr) {
    by_word_.emplace_back(longest->word, place);
  } else if (of_class == nullptr) {
    always_.push_back(place);
  } else if (of_class->classes != 0) {
    by_class_[static_cast<std::size_t>(std::countr_zero(of_class->classes))].push_back(place);
  }
}

bool Patterns::matches(const Element& element, const Token& token) {
  if (element.kind == Element::Kind::word_class) {
    return (token.classes & element.classes) != 0;
  }
  const std::string& word = element.word;
  return token.text == word ||
         (token.text.size() == word.size() + 1 && token.text.starts_with(word) && token.text.back() == 's');
}

// Goes back to the last wildcard only, which is enough to find a match where there is one.
bool Patterns::match(const Pattern& pattern, const std::vector<Token>& tokens, WordSet& matched) {
  const std::vector<Element>& elements = pattern.elements;
  std::size_t element = 0;
  std::size_t token = 0;
  bool has_wildcard = false;
  std::size_t wildcard = 0; // the element after the last one, and where it is tried
  std::size_t tried = 0;
  WordSet before = 0;
  matched = 0;
  for (;;) {
    while (element < elements.size() && elements[element].kind >= Element::Kind::some) {
      if (elements[element].kind == Element::Kind::some && token++ == tokens.size()) {
        return false;
      }
      has_wildcard = true;
      wildcard = ++element;
      tried = token;
      before = matched;
    }
    if (element == elements.size() && (token == tokens.size() || (has_wildcard && wildcard == element))) {
      return true;
    }
    if (element < elements.size() && token < tokens.size() && matches(elements[element], tokens[token])) {
      matched |= WordSet{1} << token;
      ++element;
      ++token;
      continue;
    }
    if (!has_wildcard || tried == tokens.size()) {
      return false;
    }
    element = wildcard;
    token = ++tried;
    matched = before;
  }
}

template <typename Visit>
void Patterns::for_candidates(const std::vector<Token>& tokens, Visit visit) const {
  for (const std::uint32_t place : always_) {
    visit(patterns_[place]);
  }
  const auto visit_word = [&](std::string_view word) {
    auto at = std::lower_bound(by_word_.begin(), by_word_.end(), word,
                               [](const auto& entry, std::string_view key) { return entry.first < key; });
    for (; at != by_word_.end() && at->first == word; ++at) {
      visit(patterns_[at->second]);
    }
  };
  ClassSet classes = 0;
  for (const Token& token : tokens) {
    const std::string_view word = token.text;
    classes |= token.classes;
    visit_word(word);
    if (word.ends_with('s')) {
      visit_word(word.substr(0, word.size() - 1));
    }
  }
  for (; classes != 0; classes &= classes - 1) {
    for (const std::uint32_t place : by_class_[static_cast<std::size_t>(std::countr_zero(classes))]) {
      visit(patterns_[place]);
    }
  }
}

Ruling Patterns::judge(const std::vector<Token>& tokens) const {
  std::vector<std::pair<WordSet, const RuleRow*>> refusals;
  std::vector<WordSet> exceptions;
  for_candidates(tokens, [&](const Pattern& pattern) {
    WordSet matched = 0;
    if (match(pattern, tokens, matched)) {
      if (pattern.rule->severity == Severity::allow) {
        exceptions.push_back(matched);
      } else {
        refusals.emplace_back(matched, pattern.rule);
      }
    }
  });
  const RuleRow* worst = nullptr;
  for (const auto& [matched, rule] : refusals) {
    const bool covered = std::any_of(exceptions.begin(), exceptions.end(),
                                     [words = matched](WordSet exception) { return (words & ~exception) == 0; });
    if (!covered &&
        (worst == nullptr || std::tie(worst->severity, rule->pattern) < std::tie(rule->severity, worst->pattern))) {
      worst = rule;
    }
  }
  const WordSet all = tokens.size() == most_words ? ~WordSet{0} : (WordSet{1} << tokens.size()) - 1;
  return {worst, std::find(exceptions.begin(), exceptions.end(), all) != exceptions.end()};
}

} // namespace lifecycle::event
