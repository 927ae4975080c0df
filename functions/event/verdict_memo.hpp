// Remembers verdicts on short texts: event names and keys come again and again. A slot holds the text itself, so a
// verdict is never another text's.
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "functions/event/lexicon.hpp"
#include "functions/event/verdict.hpp"

namespace lifecycle::event {

class VerdictMemo {
 public:
  // The verdict, by `judge` where it is not known.
  template <typename Judge>
  Verdict verdict(std::string_view text, Judge judge) {
    if (text.size() > longest) [[unlikely]] {
      return judge(text);
    }
    const std::uint64_t hash = hash_of(text);
    Slot& slot = slots_[hash & (slot_count - 1)];
    if (slot.hash == hash && slot.size == text.size() && std::memcmp(slot.text, text.data(), text.size()) == 0)
        [[likely]] {
      return slot.verdict;
    }
    const Verdict found = judge(text);
    slot.hash = hash;
    slot.size = static_cast<std::uint8_t>(text.size());
    slot.verdict = found;
    std::memcpy(slot.text, text.data(), text.size());
    return found;
  }

 private:
  static constexpr std::size_t slot_count = 1024;
  static constexpr std::size_t longest = 54;
  static constexpr std::uint8_t empty = 255; // no text's size

  struct Slot {
    std::uint64_t hash = 0;
    std::uint8_t size = empty;
    Verdict verdict = valid;
    char text[longest] = {};
  };

  std::array<Slot, slot_count> slots_{};
};

} // namespace lifecycle::event
