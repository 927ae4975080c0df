// Short texts that were searched in vain, the last of them: what is searched row by row is often one of few words
// (providers, states, codes) or sentences, and to compare it with itself is cheaper than to search it again. Not shared
// between threads.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "functions/json/string_writer.hpp"

namespace lifecycle::secret {

class CleanTexts {
 public:
  static constexpr std::size_t shortest = 1;
  static constexpr std::size_t longest = 64;

  // A text of that size as it is kept: all its bytes, and with its size nothing but it.
  struct Entry {
    std::array<std::uint64_t, 4> bytes;
    std::array<std::uint64_t, 4> inner; // of a text of more than `outer` bytes
    std::size_t size;                   // 0: none
  };

  static Entry entry_of(std::string_view text) {
    const char* const from = text.data();
    const std::size_t size = text.size();
    if (size < json::block_size) {
      const json::TextBlock block = json::load_short_block(from, size);
      return {{block.low, block.high, 0, 0}, {}, size};
    }
    // From the front and from the end. Bytes that are loaded twice are the same both times.
    const char* const last = from + size - json::block_size;
    Entry entry = {pair_of_blocks(from, last), {}, size};
    if (size > outer) [[unlikely]] {
      entry.inner = pair_of_blocks(from + json::block_size, last - json::block_size);
    }
    return entry;
  }

  [[nodiscard]] bool has(const Entry& entry) const {
    const Set& set = sets_[place_of(entry)];
    return is_same(set[0], entry) || is_same(set[1], entry);
  }

  // The one that was added before in its place is kept, too: two that meet there do not drive out one another.
  void add(const Entry& entry) {
    Set& set = sets_[place_of(entry)];
    set[1] = set[0];
    set[0] = entry;
  }

 private:
  using Set = std::array<Entry, 2>;
  static constexpr unsigned place_bits = 8;
  static constexpr std::size_t outer = 2 * json::block_size;

  static std::array<std::uint64_t, 4> pair_of_blocks(const char* first, const char* last) {
    return {json::load_low_first(first), json::load_low_first(first + 8), json::load_low_first(last),
            json::load_low_first(last + 8)};
  }

  // No byte of one decides whether the next is looked at: that would have the processor guess.
  static bool is_same(const std::array<std::uint64_t, 4>& a, const std::array<std::uint64_t, 4>& b) {
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
  }
  static bool is_same(const Entry& a, const Entry& b) {
    return a.size == b.size && is_same(a.bytes, b.bytes) && (b.size <= outer || is_same(a.inner, b.inner));
  }

  static std::size_t place_of(const Entry& entry) {
    const auto [a, b, c, d] = entry.bytes;
    const std::uint64_t mixed =
        (a ^ std::rotl(c, 29)) * 0x9E3779B97F4A7C15U ^ (b ^ std::rotl(d, 41) ^ entry.size) * 0xC2B2AE3D27D4EB4FU;
    return static_cast<std::size_t>(mixed >> (64 - place_bits));
  }

  std::array<Set, std::size_t{1} << place_bits> sets_{};
};

} // namespace lifecycle::secret
