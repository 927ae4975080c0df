// Texts as JavaScript counts them: in UTF-16 code units, two for a character beyond U+FFFF. Half of such a character,
// which UTF-8 cannot hold, becomes U+FFFD.
#pragma once

#include <cstddef>
#include <string_view>

#include "functions/condition/workspace.hpp"

namespace lifecycle::condition {

std::size_t utf16_length(std::string_view text);

// The code units from begin to before end, both at most the length.
std::string_view utf16_slice(std::string_view text, std::size_t begin, std::size_t end, Workspace& work);

} // namespace lifecycle::condition
