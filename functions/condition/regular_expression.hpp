// Regular expressions are the host's: in the server PostgreSQL's own engine, which can be cancelled and does not run
// away. Both raise where the pattern is none; null where the host has no engine, and text.matches then raises.
#pragma once

#include <string_view>

namespace lifecycle::condition {

inline void (*check_regular_expression)(std::string_view pattern) = nullptr;
inline bool (*match_regular_expression)(std::string_view pattern, std::string_view text) = nullptr;

} // namespace lifecycle::condition
