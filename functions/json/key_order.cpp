#include "functions/json/key_order.hpp"

#include <algorithm>

#include "functions/core/interrupt.hpp"
#include "functions/core/pure.hpp"

namespace lifecycle::json {

bool utf16_less(std::string_view left, std::string_view right) {
  const auto [in_left, in_right] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (in_left == left.end() || in_right == right.end()) {
    return left.size() < right.size();
  }
  return utf16_rank(static_cast<unsigned char>(*in_left)) < utf16_rank(static_cast<unsigned char>(*in_right));
}

std::uint64_t sort_prefix(std::string_view key) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof prefix; ++i) {
    prefix = prefix << 8U | (i < key.size() ? utf16_rank(static_cast<unsigned char>(key[i])) : 0U);
  }
  return prefix;
}

void sort_keys(std::span<SortKey> keys) {
  unsigned comparisons = 0;
  std::sort(keys.begin(), keys.end(), [&comparisons](const SortKey& left, const SortKey& right) {
    if (++comparisons % interrupt_interval == 0) {
      poll_interrupts();
    }
    if (left.prefix != right.prefix) {
      return left.prefix < right.prefix;
    }
    return utf16_less({left.text, left.size}, {right.text, right.size});
  });
}

} // namespace lifecycle::json
