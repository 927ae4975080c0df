// JsonLogic's operators, and ours beside them: how they are spelled and how many arguments they take.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lifecycle::condition {

enum class Op : std::uint8_t {
  // What is no operator, and the forms that var and missing are compiled to.
  constant,
  list,          // an array with rules in it
  scope_data,    // the data as a whole
  root_path,     // a path into the document
  scope_path,    // a path into the element that map and its like are at
  dynamic_path,  // a path that is computed
  missing_paths, // of paths known beforehand
  in_constants,  // in a list known beforehand
  // Operators.
  var,
  missing,
  missing_some,
  if_,
  and_,
  or_,
  not_,
  truth,
  equal,
  not_equal,
  same,
  not_same,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  max,
  min,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  map,
  filter,
  reduce,
  all,
  some,
  none,
  merge,
  cat,
  substr,
  log,
  time_now,
  time_ms,
  text_lower,
  text_matches,
};

inline constexpr unsigned any_number = 0xFFFFFFFFU;

struct Operator {
  std::string_view name;
  Op op;
  unsigned least; // arguments
  unsigned most;
};

std::span<const Operator> operators();

// Null where no operator has this name.
const Operator* find_operator(std::string_view name);

} // namespace lifecycle::condition
