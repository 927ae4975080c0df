// Proposes the name that was probably meant.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "functions/event/tokens.hpp"

namespace lifecycle::event {

// A name that `is_valid` accepts, or nothing.
std::string mended_name(const Lexicon& lexicon, std::string_view name,
                        const std::function<bool(std::string_view)>& is_valid);

} // namespace lifecycle::event
