// A rule as it is written, for who reads it rather than runs it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "functions/condition/operators.hpp"
#include "functions/condition/value.hpp"

namespace lifecycle::condition {

struct Operation {
  const Operator* known;
  std::string_view name;        // as written, in the rule's bytes
  std::vector<Value> arguments; // one where they are not in an array
  bool in_array;
};

// The operation that an object with one key is. None for all else; of a rule that compiles, that is a constant.
std::optional<Operation> as_operation(const Value& rule);

// Whether the second argument of map and its like: it looks into elements, not into the document.
bool is_inner(Op op, std::size_t argument);

// parent + "/" + key, as RFC 6901 escapes it.
std::string child_pointer(const std::string& parent, std::string_view key);

} // namespace lifecycle::condition
