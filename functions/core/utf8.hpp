// Texts in UTF-8, cut and counted by characters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace lifecycle {

// Whether a byte goes on with the character before it.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

inline std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

// As much of a text as goes into so many bytes, in whole characters.
inline std::string_view whole_characters(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) {
    return text;
  }
  while (bytes > 0 && continues_character(text[bytes])) {
    --bytes;
  }
  return text.substr(0, bytes);
}

// The same for a reader, who sees that something is missing.
inline std::string shorten(std::string_view text, std::size_t bytes) {
  const std::string_view begin = whole_characters(text, bytes);
  return std::string(begin) + (begin.size() < text.size() ? "…" : "");
}

} // namespace lifecycle
