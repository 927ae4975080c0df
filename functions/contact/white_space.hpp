// White space as Unicode's property White_Space has it, in UTF-8.
#pragma once

#include <string_view>

namespace lifecycle {

// `text` without the white space at its ends. Bytes that are not UTF-8 are no white space.
std::string_view trim_white_space(std::string_view text) noexcept;

// Whether `text` is null, empty or nothing but white space.
inline bool is_blank(std::string_view text) noexcept {
  return text.empty() || (!(text.front() > ' ' && text.front() <= '~') && trim_white_space(text).empty());
}

} // namespace lifecycle
