#include "functions/event/tokens.hpp"

#include <utility>

#include "functions/event/verb_forms.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// Beyond ASCII everything counts as a letter without case.
bool is_word_character(char c) {
  return is_lower(c) || is_upper(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80U;
}
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether a word begins at `at` though no separator stands before it: userCreated, HTTPRequest.
bool begins_in_camel_case(std::string_view text, std::size_t at) {
  if (!is_upper(text[at])) {
    return false;
  }
  return !is_upper(text[at - 1]) || (at + 1 < text.size() && is_lower(text[at + 1]));
}

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_window(std::string_view word) {
  std::size_t digits = 0;
  while (digits < word.size() && is_digit(word[digits])) {
    ++digits;
  }
  const std::string_view unit = word.substr(digits);
  return digits > 0 && (unit == "d" || unit == "h" || unit == "w" || unit == "m" || unit == "y" || unit == "day" ||
                        unit == "days" || unit == "hours" || unit == "weeks" || unit == "months");
}

ClassSet computed_classes(const Lexicon& lexicon, std::string_view word) {
  ClassSet classes = 0;
  if (verb_form(lexicon, word) == VerbForm::past) {
    classes |= bit(WordClass::past);
  }
  if (is_number(word)) {
    classes |= bit(WordClass::number);
  }
  if (is_window(word)) {
    classes |= bit(WordClass::window);
  }
  if (word.size() > 1 && word.front() == 'v' && is_number(word.substr(1))) {
    classes |= bit(WordClass::version);
  }
  return classes;
}

} // namespace

bool is_snake_case(std::string_view name) noexcept {
  if (name.empty() || !is_lower(name.front()) || name.back() == '_') {
    return false;
  }
  for (std::size_t i = 1; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_' ? name[i - 1] == '_' : !is_lower(c) && !is_digit(c)) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_word_character(text[i])) {
      inside = false;
      continue;
    }
    if (!inside || begins_in_camel_case(text, i)) {
      if (words.size() == most_words) {
        words.erase(words.begin() + most_words / 2);
      }
      words.emplace_back();
      inside = true;
    }
    words.back() += lower(text[i]);
  }
  return words;
}

std::vector<Token> tokens_of(const Lexicon& lexicon, const std::vector<std::string>& words) {
  std::vector<Token> tokens;
  tokens.reserve(words.size());
  for (const std::string& word : words) {
    // news is no plural of new.
    const Lexicon::Entry* const exact = lexicon.find(word);
    Token token{word, exact, exact == nullptr ? lexicon.find_singular(word) : nullptr, computed_classes(lexicon, word)};
    for (const Lexicon::Entry* entry : {token.exact, token.singular}) {
      token.classes |= entry == nullptr ? 0 : entry->classes;
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

const Lexicon::Entry* entry_with(const Token& token, WordClass word_class) {
  for (const Lexicon::Entry* entry : {token.exact, token.singular}) {
    if (entry != nullptr && (entry->classes & bit(word_class)) != 0) {
      return entry;
    }
  }
  return nullptr;
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += text.empty() ? word : "_" + word;
  }
  return text;
}

} // namespace lifecycle::event
