// The name that was probably meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace lifecycle::mapping {

// The name with the fewest single-character edits (and swaps of neighbours) to `given`, letters' case apart; none where
// more than a third of it would have to change. The first of equals.
std::optional<std::string_view> nearest(std::string_view given, std::span<const std::string_view> names);

} // namespace lifecycle::mapping
