#include "functions/mapping/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment distance over bytes, in three rows.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    above[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

} // namespace

std::optional<std::string_view> nearest(std::string_view given, std::span<const std::string_view> names) {
  std::optional<std::string_view> best;
  std::size_t fewest = std::max<std::size_t>(1, given.size() / 3) + 1;
  for (const std::string_view name : names) {
    const std::size_t difference = std::max(name.size(), given.size()) - std::min(name.size(), given.size());
    if (difference >= fewest) {
      continue; // so a long text is never compared with a short name
    }
    const std::size_t distance = edits(given, name);
    if (distance < fewest) {
      fewest = distance;
      best = name;
    }
  }
  return best;
}

} // namespace lifecycle::mapping
