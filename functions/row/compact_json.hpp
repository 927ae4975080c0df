// JSON text without the white space between its tokens, so that it fits on one line. The text is valid JSON (it comes
// from a json value): no string of it holds a line break, and all else is kept as it is, duplicate keys included.
#pragma once

#include <string_view>

namespace lifecycle::row {

// Room for the whole text must be at `to`.
char* write_compact_json(char* to, std::string_view text);

} // namespace lifecycle::row
