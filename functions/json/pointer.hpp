// JSON pointers (RFC 6901) for messages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "functions/core/utf8.hpp"

namespace lifecycle::json {

// A pointer is cut where it would fill a message.
inline constexpr std::size_t longest_pointer = 1000;

// One step of a pointer, of a long key its beginning: whole UTF-8 characters only.
inline void append_token(std::string& pointer, std::string_view key, std::size_t longest = longest_pointer) {
  pointer += '/';
  for (const char byte : key) {
    if (pointer.size() > longest && !continues_character(byte)) {
      pointer += "...";
      return;
    }
    if (byte == '~' || byte == '/') {
      pointer += byte == '~' ? "~0" : "~1";
    } else {
      pointer += byte;
    }
  }
}

} // namespace lifecycle::json
