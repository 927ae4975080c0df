// Lower case, character by character and the same on every locale.
#pragma once

#include <string_view>

#include "functions/condition/workspace.hpp"

namespace lifecycle::condition {

std::string_view lower_case(std::string_view text, Workspace& work);

} // namespace lifecycle::condition
