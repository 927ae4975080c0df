#include "functions/json/string_writer.hpp"

#include <algorithm>

#include "functions/core/pure.hpp"

namespace lifecycle::json {
namespace {

// What follows the backslash of a byte: a letter, 'u' for \u00xx, or 0 where the byte stands for itself.
constexpr std::array<char, 256> escape_letters = [] {
  std::array<char, 256> letters{};
  for (std::size_t control = 0; control < 0x20; ++control) {
    letters[control] = 'u';
  }
  letters['\b'] = 'b';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\f'] = 'f';
  letters['\r'] = 'r';
  letters['"'] = '"';
  letters['\\'] = '\\';
  return letters;
}();

} // namespace

char* write_escaped_bytes(char* to, const char* from, std::size_t n) {
  for (const char* const end = from + n; from != end; ++from) {
    const auto byte = static_cast<unsigned char>(*from);
    const char letter = escape_letters[byte];
    if (letter == 0) {
      *to++ = *from;
      continue;
    }
    *to++ = '\\';
    *to++ = letter;
    if (letter == 'u') {
      *to++ = '0';
      *to++ = '0';
      *to++ = "01"[byte >> 4U];
      *to++ = "0123456789abcdef"[byte & 0xFU];
    }
  }
  return to;
}

char* write_escaped_text(char* to, const char* from, std::size_t n) {
  for (; n >= block_size; from += block_size, n -= block_size) {
    if (block_needs_escape(from, block_size)) {
      to = write_escaped_bytes(to, from, block_size);
    } else {
      std::memcpy(to, from, block_size);
      to += block_size;
    }
  }
  return write_escaped_bytes(to, from, n);
}

char* write_long_string(char* cursor, std::string_view text, OutputBuffer& buffer) {
  cursor = buffer.room(cursor, 1);
  *cursor++ = '"';
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, std::min(text.size(), text_piece));
    text.remove_prefix(piece.size());
    cursor = buffer.room(cursor, escaped_bound(piece.size()));
    cursor = write_escaped(cursor, piece.data(), piece.size(), piece.data() + piece.size());
  }
  cursor = buffer.room(cursor, 1);
  *cursor++ = '"';
  return cursor;
}

} // namespace lifecycle::json
