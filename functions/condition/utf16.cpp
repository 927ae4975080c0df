#include "functions/condition/utf16.hpp"

#include <cstring>

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// Bytes and code units of the character that begins with this byte.
struct Extent {
  std::size_t bytes;
  std::size_t units;
};

Extent extent(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? Extent{1, 1} : byte < 0xE0 ? Extent{2, 1} : byte < 0xF0 ? Extent{3, 1} : Extent{4, 2};
}

// Where the code unit stands: the byte its character begins at, and whether it is that character's second half.
struct Position {
  std::size_t byte;
  bool second_half;
};

Position find_unit(std::string_view text, std::size_t unit) {
  std::size_t byte = 0;
  for (std::size_t at = 0; at < unit && byte < text.size();) {
    const Extent here = extent(text[byte]);
    if (at + here.units > unit) {
      return {byte, true};
    }
    at += here.units;
    byte += here.bytes;
  }
  return {byte < text.size() ? byte : text.size(), false};
}

} // namespace

std::size_t utf16_length(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    units += ((byte & 0xC0U) != 0x80U ? 1U : 0U) + (byte >= 0xF0U ? 1U : 0U);
  }
  return units;
}

std::string_view utf16_slice(std::string_view text, std::size_t begin, std::size_t end, Workspace& work) {
  if (begin >= end) {
    return {};
  }
  const Position first = find_unit(text, begin);
  const Position last = find_unit(text, end);
  if (!first.second_half && !last.second_half) {
    return text.substr(first.byte, last.byte - first.byte);
  }
  const std::size_t from = first.byte + (first.second_half ? 4 : 0);
  const std::string_view whole = from < last.byte ? text.substr(from, last.byte - from) : std::string_view();
  char* const out = work.allocate_text(whole.size() + 2 * replacement.size());
  char* to = out;
  const auto put = [&to](std::string_view piece) {
    piece.copy(to, piece.size());
    to += piece.size();
  };
  if (first.second_half) {
    put(replacement);
  }
  put(whole);
  if (last.second_half && !(first.second_half && first.byte == last.byte)) {
    put(replacement);
  }
  return {out, static_cast<std::size_t>(to - out)};
}

} // namespace lifecycle::condition
