#include "functions/condition/lower_case.hpp"

#include <utf8proc.h>

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

std::string_view lower_case(std::string_view text, Workspace& work) {
  constexpr std::size_t growth = 2; // two bytes may become three
  constexpr std::size_t longest = 4;
  char* const out = work.allocate_text(text.size() * growth + longest);
  char* to = out;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      *to++ = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20U : byte);
      ++at;
      continue;
    }
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                                   static_cast<utf8proc_ssize_t>(text.size() - at), &code);
    if (size <= 0) { // no UTF-8: as it is
      *to++ = text[at++];
      continue;
    }
    to += utf8proc_encode_char(utf8proc_tolower(code), reinterpret_cast<utf8proc_uint8_t*>(to));
    at += static_cast<std::size_t>(size);
  }
  return {out, static_cast<std::size_t>(to - out)};
}

} // namespace lifecycle::condition
