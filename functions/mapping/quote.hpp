// User text inside SQL and inside messages. Everything a mapping or a catalog contributes to SQL passes through here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lifecycle::mapping {

// Always quoted, so no list of reserved words is needed.
std::string quote_identifier(std::string_view name);

// Reads the same whatever standard_conforming_strings says.
std::string quote_literal(std::string_view value);

} // namespace lifecycle::mapping
