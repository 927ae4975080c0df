#include "functions/metrics/text_numbers.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <limits>

#include "functions/core/error.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr std::size_t first_slots = 256;

constexpr std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32U); }

} // namespace

std::string_view TextNumbers::text(std::uint32_t number) const noexcept {
  const std::size_t begin = number == 0 ? 0 : ends_[number - 1];
  return std::string_view(arena_).substr(begin, ends_[number] - begin);
}

// At most half full. Every text is hashed again: the slots keep too little of the hash to be placed anew by it.
void TextNumbers::grow() {
  std::vector<Slot> slots(slots_.empty() ? first_slots : slots_.size() * 2);
  const std::size_t mask = slots.size() - 1;
  for (std::uint32_t number = 0; number < size(); ++number) {
    const std::string_view known = text(number);
    const std::uint64_t hash = XXH3_64bits_withSeed(known.data(), known.size(), seed_);
    std::size_t at = hash & mask;
    while (slots[at].number != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = {tag_of(hash), number + 1};
  }
  slots_.swap(slots);
}

std::uint32_t TextNumbers::number(std::string_view wanted) {
  if (ends_.size() * 2 >= slots_.size()) {
    grow();
  }
  const std::uint64_t hash = XXH3_64bits_withSeed(wanted.data(), wanted.size(), seed_);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at].number != 0; at = (at + 1) & mask) {
    if (slots_[at].tag == tag_of(hash) && text(slots_[at].number - 1) == wanted) {
      return slots_[at].number - 1;
    }
  }
  if (ends_.size() >= std::numeric_limits<std::uint32_t>::max() - 1) {
    throw Error(sqlstate::program_limit_exceeded, "too many different texts to number",
                "There are more than 4294967294.", "Work on less at a time.");
  }
  arena_.append(wanted);
  ends_.push_back(arena_.size());
  slots_[at] = {tag_of(hash), size()};
  return size() - 1;
}

} // namespace lifecycle
