#include "functions/contact/white_space.hpp"

#include "functions/core/utf8.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle {
namespace {

// Bytes of the White_Space character that `text` begins with; 0 if none.
std::size_t leading_space(std::string_view text) noexcept {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const unsigned first = byte(0);
  if (first == 0x20 || (first >= 0x09 && first <= 0x0D)) {
    return 1;
  }
  if (first == 0xC2) { // U+0085, U+00A0
    return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
  }
  const unsigned rest = byte(1) << 8U | byte(2);
  const bool space = (first == 0xE1 && rest == 0x9A80) ||                                     // U+1680
                     (first == 0xE2 && ((rest >= 0x8080 && rest <= 0x808A) ||                 // U+2000 .. U+200A
                                        rest == 0x80A8 || rest == 0x80A9 || rest == 0x80AF || // U+2028, U+2029, U+202F
                                        rest == 0x819F)) ||                                   // U+205F
                     (first == 0xE3 && rest == 0x8080);                                       // U+3000
  return space ? 3 : 0;
}

} // namespace

std::string_view trim_white_space(std::string_view text) noexcept {
  while (const std::size_t length = leading_space(text)) {
    text.remove_prefix(length);
  }
  for (;;) {
    std::size_t last = text.size();
    while (last > 0 && continues_character(text[last - 1])) {
      --last;
    }
    if (last == 0 || leading_space(text.substr(last - 1)) == 0) {
      return text;
    }
    text.remove_suffix(text.size() - (last - 1));
  }
}

} // namespace lifecycle
