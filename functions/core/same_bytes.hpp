// Comparing and copying texts of a few dozen bytes, inlined: a call costs more than the work. Words at the end overlap
// those before them, so nothing outside the ranges is touched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lifecycle {

inline std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline bool same_bytes(const char* left, const char* right, std::size_t size) noexcept {
  constexpr std::size_t word = sizeof(std::uint64_t);
  if (size < word) {
    for (std::size_t at = 0; at < size; ++at) {
      if (left[at] != right[at]) {
        return false;
      }
    }
    return true;
  }
  for (std::size_t at = 0; at + word < size; at += word) {
    if (load_word(left + at) != load_word(right + at)) {
      return false;
    }
  }
  return load_word(left + size - word) == load_word(right + size - word);
}

inline bool same_bytes(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && same_bytes(left.data(), right.data(), left.size());
}

// Ranges that do not overlap.
inline void copy_bytes(char* to, std::string_view from) noexcept {
  constexpr std::size_t word = sizeof(std::uint64_t);
  const std::size_t size = from.size();
  if (size < word) {
    for (std::size_t at = 0; at < size; ++at) {
      to[at] = from[at];
    }
    return;
  }
  const std::uint64_t last = load_word(from.data() + size - word);
  for (std::size_t at = 0; at + word < size; at += word) {
    std::memcpy(to + at, from.data() + at, word);
  }
  std::memcpy(to + size - word, &last, word);
}

} // namespace lifecycle
