#include "functions/event/verb_forms.hpp"

#include <array>

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

bool is_vowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

bool has_vowel(std::string_view text) { return text.find_first_of("aeiouy") != std::string_view::npos; }

bool ends_doubled(std::string_view text) {
  return text.size() > 2 && text.back() == text[text.size() - 2] && !is_vowel(text.back());
}

// A consonant, one vowel and a consonant that doubles, in a verb of one syllable: plan, stop.
bool doubles(std::string_view base) {
  const std::size_t size = base.size();
  return size >= 3 && !is_vowel(base[size - 1]) &&
         std::string_view("wxy").find(base[size - 1]) == std::string_view::npos && is_vowel(base[size - 2]) &&
         base.find_first_of("aeiouy") == size - 2;
}

// A listed verb of this base.
const Lexicon::Entry* verb(const Lexicon& lexicon, std::string_view base) {
  const Lexicon::Entry* entry = lexicon.find(base);
  return entry != nullptr && !entry->pasts.empty() ? entry : nullptr;
}

bool is_irregular(const Lexicon& lexicon, const Lexicon::Entry* verb) {
  for (const std::uint32_t past : verb->pasts) {
    if (lexicon.entry(past).word.ends_with("ed")) {
      return false;
    }
  }
  return true;
}

// The listed verb whose past form this word in -ed would be if it were regular or spelled so.
const Lexicon::Entry* verb_of_other_form(const Lexicon& lexicon, std::string_view word) {
  const std::string_view stem = word.substr(0, word.size() - 2);
  for (const std::string_view base : {stem, word.substr(0, word.size() - 1)}) {
    if (const Lexicon::Entry* entry = verb(lexicon, base)) {
      return entry;
    }
  }
  const Lexicon::Entry* entry = nullptr;
  if (ends_doubled(stem)) {
    entry = verb(lexicon, stem.substr(0, stem.size() - 1));
  } else if (stem.ends_with('i')) {
    entry = verb(lexicon, std::string(stem.substr(0, stem.size() - 1)) + "y");
  }
  return entry != nullptr && is_irregular(lexicon, entry) ? entry : nullptr;
}

bool is_consonant_y(std::string_view stem) {
  return stem.size() > 1 && stem.ends_with('y') && !is_vowel(stem[stem.size() - 2]);
}

// rewrote, overridden: a listed irregular form behind a prefix. Those spelled like their base are mostly nouns: outlet.
bool has_verb_prefix(const Lexicon& lexicon, std::string_view word) {
  for (const std::string& prefix : lexicon.verb_prefixes()) {
    if (word.starts_with(prefix)) {
      const Lexicon::Entry* rest = lexicon.find(word.substr(prefix.size()));
      if (rest != nullptr && rest->is_past && !rest->is_same) {
        return true;
      }
    }
  }
  return false;
}

VerbForm regular_form(const Lexicon& lexicon, std::string_view word) {
  constexpr std::size_t shortest = 4; // used
  if (word.size() < shortest || !word.ends_with("ed")) {
    return VerbForm::none;
  }
  const std::string_view stem = word.substr(0, word.size() - 2);
  if (verb_of_other_form(lexicon, word) != nullptr || is_consonant_y(stem)) {
    return VerbForm::misspelled;
  }
  // need, feed, speed: those that are past forms (agreed, freed) are listed.
  return stem.ends_with('e') || !has_vowel(stem) ? VerbForm::none : VerbForm::past;
}

std::string_view longest_prefix(const std::vector<std::string>& prefixes, std::string_view word) {
  std::string_view longest;
  for (const std::string& prefix : prefixes) {
    if (word.starts_with(prefix) && prefix.size() > longest.size()) {
      longest = prefix;
    }
  }
  return longest;
}

} // namespace

VerbForm verb_form(const Lexicon& lexicon, std::string_view word) {
  if (const Lexicon::Entry* entry = lexicon.find(word)) {
    if (entry->is_none) {
      return VerbForm::none;
    }
    if (entry->is_past) {
      return VerbForm::past;
    }
  }
  if (has_verb_prefix(lexicon, word)) {
    return VerbForm::past;
  }
  const std::string_view negative = longest_prefix(lexicon.negative_prefixes(), word);
  if (!negative.empty() && longest_prefix(lexicon.verb_prefixes(), word).size() <= negative.size() &&
      verb_form(lexicon, word.substr(negative.size())) == VerbForm::past) {
    return VerbForm::negated;
  }
  return regular_form(lexicon, word);
}

std::string past_of(const Lexicon& lexicon, std::string_view base) {
  if (const Lexicon::Entry* entry = verb(lexicon, base)) {
    return lexicon.entry(entry->pasts.front()).word;
  }
  std::string past(base);
  if (past.ends_with('e')) {
    return past + "d";
  }
  if (is_consonant_y(past)) {
    past.back() = 'i';
  } else if (doubles(past)) {
    past += past.back();
  }
  return past + "ed";
}

std::string corrected(const Lexicon& lexicon, std::string_view word) {
  if (const Lexicon::Entry* entry = verb_of_other_form(lexicon, word)) {
    return lexicon.entry(entry->pasts.front()).word;
  }
  return past_of(lexicon, word.substr(0, word.size() - 2));
}

std::string listed_base(const Lexicon& lexicon, std::string_view word) {
  std::array<std::string, 7> bases;
  bases[0] = word;
  if (word.ends_with('s')) {
    bases[1] = word.substr(0, word.size() - 1);
    if (word.ends_with("es")) {
      bases[2] = word.substr(0, word.size() - 2);
    }
    if (word.ends_with("ies")) {
      bases[3] = std::string(word.substr(0, word.size() - 3)) + "y";
    }
  }
  if (word.size() > 4 && word.ends_with("ing")) {
    const std::string stem(word.substr(0, word.size() - 3));
    bases[4] = stem;
    bases[5] = stem + "e";
    if (ends_doubled(stem)) {
      bases[6] = stem.substr(0, stem.size() - 1);
    }
  }
  for (const std::string& base : bases) {
    if (!base.empty() && verb(lexicon, base) != nullptr) {
      return base;
    }
  }
  return {};
}

std::string past_of_progressive(const Lexicon& lexicon, std::string_view word) {
  if (word.size() < 5 || !word.ends_with("ing") || !has_vowel(word.substr(0, word.size() - 3))) {
    return {};
  }
  const std::string base = listed_base(lexicon, word);
  if (!base.empty()) {
    return past_of(lexicon, base);
  }
  const std::string stem(word.substr(0, word.size() - 3));
  return is_consonant_y(stem) ? past_of(lexicon, stem) : stem + "ed";
}

} // namespace lifecycle::event
