// Numbers texts in the order of their first coming: 0, 1, 2, … The texts lie one after another in one arena.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle {

class TextNumbers {
 public:
  // `seed` makes the places in the hash table unpredictable; no number depends on it.
  explicit TextNumbers(std::uint64_t seed) noexcept : seed_(seed) {}

  std::uint32_t number(std::string_view text);
  // Valid until the next number().
  [[nodiscard]] std::string_view text(std::uint32_t number) const noexcept;
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(ends_.size()); }

 private:
  // Of the hash only so much as tells most other texts apart; number + 1, 0 being a free slot.
  struct Slot {
    std::uint32_t tag;
    std::uint32_t number;
  };

  void grow();

  std::uint64_t seed_;
  std::string arena_;
  std::vector<std::size_t> ends_; // in the arena, of each text
  std::vector<Slot> slots_;
};

} // namespace lifecycle
