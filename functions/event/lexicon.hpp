// The words the contract knows, in one flat table: their classes, whether they are past forms, what mends make of them.
// Filled once, then only read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "functions/event/rule_set.hpp"

namespace lifecycle::event {

// The classes that the grammar of names knows. Users may add classes of their own for their patterns. The last three
// are computed of a token and hold no words.
enum class WordClass : std::uint8_t {
  auxiliary,       // is, has, was: begins a flag
  state,           // status, stage: names a state, which may change
  attribute,       // id, date: names what something has
  metric,          // count, total, rate
  period,          // daily, monthly
  person,          // user, customer: does things, and is classified
  actor,           // app, team: does things as well
  standing,        // active, churned, vip: what a person is found to be
  adjective,       // premium, new: describes
  action_noun,     // login, purchase: an action as a noun
  particle,        // up, out, off: belongs to the verb before it
  preposition,     // to, from, in: begins a phrase after the verb
  adverb,          // again, twice; other words in -ly count as well
  noun,            // family, order: neither an adverb, for all its -ly, nor at the beginning of a name a verb
  descriptive,     // preferred, estimated: past forms that describe what follows them
  negative_prefix, // un: what was not done, unless the verb is listed
  verb_prefix,     // re, over: goes before irregular past forms
  past,
  number,
  window,  // 7d, 30days
  version, // v2
  first_of_user
};

using ClassSet = std::uint64_t;

constexpr ClassSet bit(WordClass word_class) { return ClassSet{1} << static_cast<unsigned>(word_class); }

class Lexicon {
 public:
  struct Entry {
    std::string word;
    std::string becomes;
    std::vector<std::uint32_t> pasts; // entries that are past forms of this base, the proposed one first
    ClassSet classes = 0;
    bool is_past = false; // listed as one, of whatever kind but none
    bool is_same = false;
    bool is_none = false;
  };

  explicit Lexicon(const RuleSet& rules);

  // Null where the word is not known.
  [[nodiscard]] const Entry* find(std::string_view word) const noexcept;
  // The word without its plural ending, where that is known.
  [[nodiscard]] const Entry* find_singular(std::string_view word) const;
  [[nodiscard]] const Entry& entry(std::uint32_t index) const { return entries_[index]; }
  [[nodiscard]] std::uint32_t index_of(const Entry* entry) const {
    return static_cast<std::uint32_t>(entry - entries_.data());
  }

  // The class of this name; -1 where no word has it.
  [[nodiscard]] int class_of(std::string_view name) const noexcept;
  [[nodiscard]] const std::vector<std::string>& negative_prefixes() const { return negative_prefixes_; }
  [[nodiscard]] const std::vector<std::string>& verb_prefixes() const { return verb_prefixes_; }

 private:
  struct Slot {
    std::uint32_t hash;
    std::uint32_t place; // entry + 1; 0: free
  };

  Entry& add(std::string_view word);
  unsigned class_for(std::string_view name);

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;
  std::vector<std::string> class_names_;
  std::vector<std::string> negative_prefixes_;
  std::vector<std::string> verb_prefixes_;
};

// Of short texts; the same for as long as the process runs.
std::uint64_t hash_of(std::string_view text) noexcept;

} // namespace lifecycle::event
