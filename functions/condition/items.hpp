// The elements of an array, stored or built; the bounds that values built by a rule keep to.
#pragma once

#include <string>

#include "functions/condition/stored.hpp"
#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/core/stack.hpp"

namespace lifecycle::condition {

inline std::uint32_t item_count(const Value& array) {
  return array.kind == Kind::list ? array.list->count : json::open_container(array.view()).count;
}

// Calls visit(item) until it returns false.
template <typename Visit>
void for_each_item(const Value& array, Visit&& visit) {
  if (array.kind == Kind::list) {
    for (std::uint32_t i = 0; i < array.list->count; ++i) {
      if (!visit(array.list->items[i])) {
        return;
      }
    }
    return;
  }
  StoredItems items(array.view());
  for (std::uint32_t i = items.count(); i > 0; --i) {
    if (!visit(items.next())) {
      return;
    }
  }
}

// To be called at each level of a recursion into a value.
inline void check_depth(unsigned depth) {
  check_stack();
  if (depth > limits.max_depth) [[unlikely]] {
    throw Error(sqlstate::program_limit_exceeded, "JSON is nested too deeply",
                "A value in the condition is nested more than " + std::to_string(limits.max_depth) + " levels deep.",
                "Simplify it, or raise lifecycle_ledger.max_depth.");
  }
}

inline void check_value_size(std::size_t bytes) {
  if (bytes > limits.max_document_bytes) [[unlikely]] {
    throw Error(sqlstate::program_limit_exceeded, "condition takes too much memory",
                "A value it builds takes more than " + std::to_string(limits.max_document_bytes) + " bytes.",
                "Simplify the condition, or raise lifecycle_ledger.max_document_bytes.");
  }
}

} // namespace lifecycle::condition
