#include "functions/condition/rule_errors.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>
#include <vector>

#include "functions/core/error.hpp"
#include "functions/core/utf8.hpp"
#include "functions/mapping/nearest.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

constexpr std::size_t shown_bytes = 60;
constexpr std::size_t shown_pointer = 400;

void append_step(std::string& pointer, const Place& place) {
  pointer += '/';
  if (place.key.data() == nullptr) {
    pointer += std::to_string(place.index);
  }
  for (const char c : place.key) {
    if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
}

// The place as the beginning of a sentence.
std::string at_place(const Place* place) {
  std::vector<const Place*> steps;
  for (; place != nullptr; place = place->parent) {
    steps.push_back(place);
  }
  std::string pointer;
  for (std::size_t i = steps.size(); i > 0 && pointer.size() <= shown_pointer; --i) {
    append_step(pointer, *steps[i - 1]);
  }
  return pointer.empty() ? "At the top of the rule: " : "At " + shorten(pointer, shown_pointer) + ": ";
}

// What other languages call it.
std::string_view other_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"=", "=="},
      {"equals", "=="},
      {"eq", "=="},
      {"<>", "!="},
      {"ne", "!="},
      {"not_equals", "!="},
      {"gt", ">"},
      {"gte", ">="},
      {"lt", "<"},
      {"lte", "<="},
      {"greater_than", ">"},
      {"less_than", "<"},
      {"&&", "and"},
      {"||", "or"},
      {"not", "!"},
      {"contains", "in"},
      {"between", "<="},
      {"any", "some"},
      {"matches", "text.matches"},
      {"now", "time.now"},
  };
  const auto* const found = std::find_if(std::begin(names), std::end(names), [name](const auto& pair) {
    return name.size() == pair.first.size() &&
           std::equal(name.begin(), name.end(), pair.first.begin(),
                      [](char left, char right) { return std::tolower(static_cast<unsigned char>(left)) == right; });
  });
  return found == std::end(names) ? std::string_view() : found->second;
}

} // namespace

std::string quoted(std::string_view text) {
  std::string quoted = "\"";
  quoted += shorten(text, shown_bytes);
  return quoted += '"';
}

std::string_view kind_name(const Value& value) {
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::yes:
    case Kind::no:
      return "a boolean";
    case Kind::number:
    case Kind::real:
      return "a number";
    case Kind::text:
      return "a string";
    case Kind::array:
    case Kind::list:
      return "an array";
    default:
      return "an object";
  }
}

void fail_at(const Place* place, const char* message, const std::string& detail, std::string hint) {
  throw Error(sqlstate::invalid_parameter_value, message, at_place(place) + detail, std::move(hint));
}

void fail_unknown_operator(std::string_view name, const Place* place) {
  std::vector<std::string_view> names;
  for (const Operator& known : operators()) {
    names.push_back(known.name);
  }
  const std::string_view other = other_name(name);
  const auto meant = other.empty() ? mapping::nearest(name, names) : std::optional(other);
  fail_at(place, "unknown JsonLogic operator", "There is no operator " + quoted(name) + ".",
          meant ? "Did you mean " + quoted(*meant) + "?"
                : std::string("An object with one key is an operation. docs/CONDITIONS.md lists the operators."));
}

void fail_arity(const Operator& known, std::size_t given, const Place* place) {
  std::string takes = std::to_string(known.least);
  if (known.most == any_number) {
    takes.insert(0, "at least ");
  } else if (known.least == known.most) {
    takes.insert(0, "exactly ");
  } else {
    takes += " to " + std::to_string(known.most);
  }
  const bool one = (known.most == any_number ? known.least : known.most) == 1;
  fail_at(place, "wrong number of arguments for a JsonLogic operator",
          quoted(known.name) + " takes " + takes + (one ? " argument, not " : " arguments, not ") +
              std::to_string(given) + ".",
          "Arguments stand in an array: {\"" + std::string(known.name) + "\": [...]}.");
}

void fail_no_condition(const std::string& what) {
  fail_at(
      nullptr, "condition is not JsonLogic", what,
      "A condition is an object with one operator, such as {\"==\": [{\"var\": \"user.plan\"}, \"pro\"]}, or true or "
      "false. lifecycle.jsonlogic_from_conditions() makes one of a list of conditions.");
}

} // namespace lifecycle::condition
