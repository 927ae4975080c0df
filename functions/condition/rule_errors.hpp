// Where a rule is wrong, and what is said about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "functions/condition/operators.hpp"
#include "functions/condition/value.hpp"

namespace lifecycle::condition {

// A place in a rule, from the inside out; lives on the stack of who goes through the rule.
struct Place {
  const Place* parent;
  std::string_view key; // of an object, or
  std::uint32_t index;  // of an array, where key has no data
};

// Raises invalid_parameter_value; DETAIL begins with the place as a JSON pointer. Null: the top of the rule.
[[noreturn]] void fail_at(const Place* place, const char* message, const std::string& detail, std::string hint);

[[noreturn]] void fail_unknown_operator(std::string_view name, const Place* place);
[[noreturn]] void fail_arity(const Operator& known, std::size_t given, const Place* place);

// A condition that is none: not true, false or an object with one operator.
[[noreturn]] void fail_no_condition(const std::string& what);

// "text", shortened.
std::string quoted(std::string_view text);

// "a string", "an array", ...
std::string_view kind_name(const Value& value);

} // namespace lifecycle::condition
