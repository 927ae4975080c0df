#include "functions/condition/operators.hpp"

#include <algorithm>
#include <array>

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

// The least are what an operator needs to mean anything; where json-logic-js would go on with undefined, or pass over
// an argument too many, the rule is refused.
constexpr std::array table = {
    Operator{"var", Op::var, 0, 2},
    Operator{"missing", Op::missing, 0, any_number},
    Operator{"missing_some", Op::missing_some, 2, 2},
    Operator{"if", Op::if_, 0, any_number},
    Operator{"?:", Op::if_, 0, any_number},
    Operator{"and", Op::and_, 1, any_number},
    Operator{"or", Op::or_, 1, any_number},
    Operator{"!", Op::not_, 1, 1},
    Operator{"!!", Op::truth, 1, 1},
    Operator{"==", Op::equal, 2, 2},
    Operator{"!=", Op::not_equal, 2, 2},
    Operator{"===", Op::same, 2, 2},
    Operator{"!==", Op::not_same, 2, 2},
    Operator{"<", Op::less, 2, 3},
    Operator{"<=", Op::less_equal, 2, 3},
    Operator{">", Op::greater, 2, 2},
    Operator{">=", Op::greater_equal, 2, 2},
    Operator{"in", Op::in, 2, 2},
    Operator{"max", Op::max, 1, any_number},
    Operator{"min", Op::min, 1, any_number},
    Operator{"+", Op::add, 1, any_number},
    Operator{"-", Op::subtract, 1, 2},
    Operator{"*", Op::multiply, 1, any_number},
    Operator{"/", Op::divide, 2, 2},
    Operator{"%", Op::remainder, 2, 2},
    Operator{"map", Op::map, 2, 2},
    Operator{"filter", Op::filter, 2, 2},
    Operator{"reduce", Op::reduce, 2, 3},
    Operator{"all", Op::all, 2, 2},
    Operator{"some", Op::some, 2, 2},
    Operator{"none", Op::none, 2, 2},
    Operator{"merge", Op::merge, 0, any_number},
    Operator{"cat", Op::cat, 0, any_number},
    Operator{"substr", Op::substr, 2, 3},
    Operator{"log", Op::log, 1, 1},
    Operator{"time.now", Op::time_now, 0, 1},
    Operator{"time.ms", Op::time_ms, 1, 1},
    Operator{"text.lower", Op::text_lower, 1, 1},
    Operator{"text.matches", Op::text_matches, 2, 2},
};

} // namespace

std::span<const Operator> operators() { return table; }

const Operator* find_operator(std::string_view name) {
  const auto* const found =
      std::find_if(table.begin(), table.end(), [name](const Operator& candidate) { return candidate.name == name; });
  return found == table.end() ? nullptr : found;
}

} // namespace lifecycle::condition
