#include "functions/core/message.hpp"

#include <cstring>

#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

constexpr char ellipsis[] = "\xE2\x80\xA6";
constexpr std::size_t ellipsis_length = 3;

// Length of the valid UTF-8 sequence that text starts with, or 0. Overlong forms, surrogates and values above U+10FFFF
// are not valid. Reads no byte past a NUL: a NUL is never a continuation byte.
std::size_t sequence_length(const unsigned char* text) noexcept {
  const unsigned lead = text[0];
  const auto continues = [text](std::size_t index) { return (text[index] & 0xC0U) == 0x80U; };
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xC2 || lead > 0xF4 || !continues(1)) {
    return 0;
  }
  if (lead < 0xE0) {
    return 2;
  }
  const unsigned second = text[1];
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F) || !continues(2)) {
    return 0;
  }
  if (lead < 0xF0) {
    return 3;
  }
  return continues(3) ? 4 : 0;
}

} // namespace

void copy_message(char* to, std::size_t size, const char* from) noexcept {
  const auto* text = reinterpret_cast<const unsigned char*>(from);
  std::size_t used = 0;
  std::size_t cut = 0; // the last place between characters where the ellipsis still fits
  while (*text != '\0') {
    const std::size_t length = sequence_length(text);
    const std::size_t bytes = length == 0 ? 1 : length;
    if (used + bytes >= size) {
      std::memcpy(to + cut, ellipsis, ellipsis_length);
      used = cut + ellipsis_length;
      break;
    }
    if (length == 0) {
      to[used] = '?';
    } else {
      std::memcpy(to + used, text, length);
    }
    text += bytes;
    used += bytes;
    if (used + ellipsis_length < size) {
      cut = used;
    }
  }
  to[used] = '\0';
}

} // namespace lifecycle
