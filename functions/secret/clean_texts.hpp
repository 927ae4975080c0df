// Short texts that were searched in vain, the last of them: what is searched row by row is often one of few words
// (providers, states, codes), and to compare it with itself is cheaper than to search it again. Not shared between
// threads.
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
  static constexpr std::size_t longest = 32;

  // A text of that size as it is kept: all its bytes, and with its size nothing but it.
  struct Entry {
    std::array<std::uint64_t, 4> bytes;
    std::size_t size; // 0: none
  };

  static Entry entry_of(std::string_view text) {
    const char* const from = text.data();
    const std::size_t size = text.size();
    if (size < json::block_size) {
      const json::TextBlock block = json::load_short_block(from, size);
      return {{block.low, block.high, 0, 0}, size};
    }
    // Bytes that are loaded twice are the same both times.
    const char* const last = from + size - json::block_size;
    return {{json::load_low_first(from), json::load_low_first(from + 8), json::load_low_first(last),
             json::load_low_first(last + 8)},
            size};
  }

  [[nodiscard]] bool has(const Entry& entry) const {
    const Entry& kept = entries_[place_of(entry)];
    return kept.size == entry.size && kept.bytes == entry.bytes;
  }

  void add(const Entry& entry) { entries_[place_of(entry)] = entry; }

 private:
  static constexpr unsigned place_bits = 8;

  static std::size_t place_of(const Entry& entry) {
    const auto [a, b, c, d] = entry.bytes;
    const std::uint64_t mixed =
        (a ^ std::rotl(c, 29)) * 0x9E3779B97F4A7C15U ^ (b ^ std::rotl(d, 41) ^ entry.size) * 0xC2B2AE3D27D4EB4FU;
    return static_cast<std::size_t>(mixed >> (64 - place_bits));
  }

  std::array<Entry, std::size_t{1} << place_bits> entries_{};
};

} // namespace lifecycle::secret
