// Sorts items by a number that each has, its highest bits first: each pass deals a range out to 256 smaller ones by the
// eight highest bits in which its numbers differ. What all have in common costs one look, and a few are left to
// std::sort. With many items that takes a third of the time comparing them does.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "functions/core/interrupt.hpp"

namespace lifecycle::versioned {

namespace radix {
constexpr std::size_t few = 32;
constexpr int digit_bits = 8;
constexpr std::size_t buckets = 1U << digit_bits;
constexpr std::size_t poll_mask = 16 * interrupt_interval - 1;

inline void poll(std::size_t step) {
  if ((step & poll_mask) == poll_mask) {
    poll_interrupts();
  }
}
} // namespace radix

// `number_of(item)` is what counts; `settle(first, last)` puts a range of items of one number in its final order.
// `spare` has room for as many items.
template <typename Item, typename NumberOf, typename Settle>
void radix_sort(Item* first, Item* last, Item* spare, const NumberOf& number_of, const Settle& settle) {
  const auto count = static_cast<std::size_t>(last - first);
  if (count <= radix::few) {
    std::sort(first, last, [&](const Item& left, const Item& right) { return number_of(left) < number_of(right); });
    while (first != last) {
      Item* const end =
          std::find_if(first + 1, last, [&](const Item& item) { return number_of(item) != number_of(*first); });
      if (end - first > 1) {
        settle(first, end);
      }
      first = end;
    }
    return;
  }

  poll_interrupts();
  std::uint64_t lowest = number_of(*first);
  std::uint64_t highest = lowest;
  for (std::size_t i = 1; i < count; ++i) {
    lowest = std::min(lowest, number_of(first[i]));
    highest = std::max(highest, number_of(first[i]));
    radix::poll(i);
  }
  if (lowest == highest) {
    settle(first, last);
    return;
  }
  const int shift = std::max(0, static_cast<int>(std::bit_width(lowest ^ highest)) - radix::digit_bits);
  const auto bucket_of = [&](const Item& item) { return number_of(item) >> shift & (radix::buckets - 1); };

  std::array<std::size_t, radix::buckets> ends{}; // first the counts, then where a bucket begins, at last where it ends
  for (std::size_t i = 0; i < count; ++i) {
    ++ends[bucket_of(first[i])];
    radix::poll(i);
  }
  std::size_t begin = 0;
  for (std::size_t& end : ends) {
    begin += end;
    end = begin - end;
  }
  for (std::size_t i = 0; i < count; ++i) {
    spare[ends[bucket_of(first[i])]++] = first[i];
    radix::poll(i);
  }
  std::copy(spare, spare + count, first);

  begin = 0;
  for (const std::size_t end : ends) {
    if (end - begin > 1) {
      radix_sort(first + begin, first + end, spare + begin, number_of, settle);
    }
    begin = end;
  }
}

} // namespace lifecycle::versioned
