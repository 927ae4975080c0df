// What names and versions in a contract look like, and lists of the words that may stand somewhere.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace lifecycle::dataset {

// One that PostgreSQL keeps unquoted and whole.
bool is_name(std::string_view name);

// MAJOR.MINOR.PATCH; gives MAJOR, or nothing.
std::optional<unsigned> major_of(std::string_view version);

// The number of names where it is none of them.
template <std::size_t count>
std::size_t index_of(const std::array<std::string_view, count>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

} // namespace lifecycle::dataset
