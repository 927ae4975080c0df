// A verdict on a name, a set of keys, an event: bits, so that verdicts add up by "or".
#pragma once

#include <cstdint>

namespace lifecycle::event {

using Verdict = std::uint8_t;

inline constexpr Verdict valid = 0;
inline constexpr Verdict naming_warning = 1;
inline constexpr Verdict naming_error = 2;
inline constexpr Verdict structure_error = 4;

} // namespace lifecycle::event
