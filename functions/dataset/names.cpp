#include "functions/dataset/names.hpp"

#include <charconv>

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {

bool is_name(std::string_view name) {
  const auto is_inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  constexpr std::size_t longest = 63;
  return !name.empty() && name.size() <= longest && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), is_inner);
}

std::optional<unsigned> major_of(std::string_view version) {
  std::array<unsigned, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc() || (*at == '0' && next - at > 1) || (i < 2 ? next == end || *next != '.' : next != end)) {
      return std::nullopt;
    }
    at = next + 1;
  }
  return parts[0];
}

} // namespace lifecycle::dataset
