// A name or key as its words: snake_case, camelCase, dots, dashes and spaces alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/lexicon.hpp"

namespace lifecycle::event {

struct Token {
  std::string text; // in lower case
  const Lexicon::Entry* exact;
  const Lexicon::Entry* singular; // where the word itself is not known
  ClassSet classes;               // of both, and the computed ones

  [[nodiscard]] bool is(WordClass word_class) const { return (classes & bit(word_class)) != 0; }
};

// snake_case: lower-case ASCII letters and digits, a letter first, single underscores between.
bool is_snake_case(std::string_view name) noexcept;

// The words of a text. Of one with more than most_words the first and the last are kept.
inline constexpr std::size_t most_words = 64;
std::vector<std::string> words_of(std::string_view text);

std::vector<Token> tokens_of(const Lexicon& lexicon, const std::vector<std::string>& words);

// The listed entry of the word or its singular that has this class; null where none has.
const Lexicon::Entry* entry_with(const Token& token, WordClass word_class);

std::string join(const std::vector<std::string>& words);

} // namespace lifecycle::event
