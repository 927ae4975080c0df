#include "functions/event/lexicon.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>

#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::event {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(WordClass::first_of_user)> class_names = {
    "auxiliary",   "state",           "attribute",   "metric",   "period",      "person", "actor",
    "standing",    "adjective",       "action_noun", "particle", "preposition", "adverb", "noun",
    "descriptive", "negative_prefix", "verb_prefix", "past",     "number",      "window", "version"};

constexpr std::size_t most_classes = 64;

} // namespace

std::uint64_t hash_of(std::string_view text) noexcept { return XXH3_64bits(text.data(), text.size()); }

Lexicon::Lexicon(const RuleSet& rules) : class_names_(class_names.begin(), class_names.end()) {
  const std::size_t most = rules.words.size() + 2 * rules.verbs.size();
  entries_.reserve(most);
  slots_.resize(std::bit_ceil(2 * most + 2));
  for (const WordRow& row : rules.words) {
    Entry& entry = add(row.word);
    entry.classes |= ClassSet{1} << class_for(row.word_class);
    if (!row.becomes.empty()) {
      entry.becomes = row.becomes;
    }
    if (row.word_class == "negative_prefix") {
      negative_prefixes_.push_back(row.word);
    } else if (row.word_class == "verb_prefix") {
      verb_prefixes_.push_back(row.word);
    }
  }
  for (const VerbRow& row : rules.verbs) {
    Entry& past = add(row.past);
    if (row.kind == VerbKind::none) {
      past.is_none = true;
      continue;
    }
    past.is_past = true;
    past.is_same = past.is_same || row.kind == VerbKind::same;
    const std::uint32_t place = index_of(&past);
    std::vector<std::uint32_t>& pasts = add(row.base).pasts;
    pasts.insert(row.proposed ? pasts.begin() : pasts.end(), place);
  }
}

Lexicon::Entry& Lexicon::add(std::string_view word) {
  const std::uint32_t hash = static_cast<std::uint32_t>(hash_of(word));
  for (std::size_t at = hash;; ++at) {
    Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.place == 0) {
      entries_.push_back({.word = std::string(word), .becomes = {}, .pasts = {}});
      slot = {hash, static_cast<std::uint32_t>(entries_.size())};
      return entries_.back();
    }
    if (slot.hash == hash && entries_[slot.place - 1].word == word) {
      return entries_[slot.place - 1];
    }
  }
}

unsigned Lexicon::class_for(std::string_view name) {
  const int known = class_of(name);
  if (known >= 0) {
    return static_cast<unsigned>(known);
  }
  if (class_names_.size() == most_classes) {
    throw Error(sqlstate::program_limit_exceeded, "too many classes of words",
                "Class \"" + std::string(name) + "\" would be one more than " + std::to_string(most_classes) + ".",
                "Give its words in lifecycle.event_words a class that is there.");
  }
  class_names_.emplace_back(name);
  return static_cast<unsigned>(class_names_.size() - 1);
}

int Lexicon::class_of(std::string_view name) const noexcept {
  const auto found = std::find(class_names_.begin(), class_names_.end(), name);
  return found == class_names_.end() ? -1 : static_cast<int>(found - class_names_.begin());
}

const Lexicon::Entry* Lexicon::find(std::string_view word) const noexcept {
  const std::uint32_t hash = static_cast<std::uint32_t>(hash_of(word));
  for (std::size_t at = hash;; ++at) {
    const Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.place == 0) {
      return nullptr;
    }
    if (slot.hash == hash && entries_[slot.place - 1].word == word) {
      return &entries_[slot.place - 1];
    }
  }
}

const Lexicon::Entry* Lexicon::find_singular(std::string_view word) const {
  if (word.size() < 3 || word.back() != 's' || word.ends_with("ss")) {
    return nullptr;
  }
  if (word.ends_with("ies")) {
    if (const Entry* entry = find(std::string(word.substr(0, word.size() - 3)) + "y")) {
      return entry;
    }
  }
  if (const Entry* entry = find(word.substr(0, word.size() - 1))) {
    return entry;
  }
  return word.ends_with("es") ? find(word.substr(0, word.size() - 2)) : nullptr;
}

} // namespace lifecycle::event
