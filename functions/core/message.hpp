// Texts of errors on their way out of C++: bounded, and always valid UTF-8, whatever went into them.
#pragma once

#include <cstddef>

namespace lifecycle {

// Copies a NUL-terminated text into to[0, size), NUL-terminated. A byte that is not part of a valid UTF-8 sequence
// becomes "?" (the server could not send it); a text that does not fit is cut between characters and ends in "…".
// Allocates nothing, throws nothing. size is at least 4.
void copy_message(char* to, std::size_t size, const char* from) noexcept;

} // namespace lifecycle
