// English past forms: which words are one, and which one a verb has. Listed verbs first; regular forms by rule.
#pragma once

#include <string>
#include <string_view>

#include "functions/event/lexicon.hpp"

namespace lifecycle::event {

enum class VerbForm : std::uint8_t {
  none,
  past,
  misspelled, // sended, applyed, stoped: a verb's past form, spelled otherwise
  negated     // unverified: what was not done
};

VerbForm verb_form(const Lexicon& lexicon, std::string_view word);

// The past form: as listed, else regular.
std::string past_of(const Lexicon& lexicon, std::string_view base);

// The past form that a misspelled one stands for.
std::string corrected(const Lexicon& lexicon, std::string_view word);

// The listed verb that the word is a present form of (itself, creates, creating); empty where there is none.
std::string listed_base(const Lexicon& lexicon, std::string_view word);

// The past form of a word in -ing, of whatever verb; empty where it ends otherwise.
std::string past_of_progressive(const Lexicon& lexicon, std::string_view word);

} // namespace lifecycle::event
