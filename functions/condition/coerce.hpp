// How JsonLogic turns one kind of value into another and compares them: as JavaScript does, but that an empty array is
// false, and that stored numbers are compared exactly.
#pragma once

#include <compare>
#include <string_view>

#include "functions/condition/number.hpp"
#include "functions/condition/stored.hpp"
#include "functions/condition/value.hpp"
#include "functions/condition/workspace.hpp"

namespace lifecycle::condition {

inline bool truthy(const Value& value) {
  switch (value.kind) {
    case Kind::yes:
    case Kind::object:
    case Kind::record:
      return true;
    case Kind::number:
      return !is_zero(value.view());
    case Kind::real:
      return value.real != 0 && value.real == value.real; // neither 0 nor NaN
    case Kind::text:
      return value.size != 0;
    case Kind::array:
      return json::open_container(value.view()).count != 0;
    case Kind::list:
      return value.list->count != 0;
    default:
      return false;
  }
}

// String(value). An array is its elements joined by commas, null among them nothing.
std::string_view to_text(const Value& value, Workspace& work);

// As above, but nothing for null: as Array.join treats its elements.
std::string_view to_joined_text(const Value& value, Workspace& work);

// Number(value)
double to_number(const Value& value, Workspace& work);

// value === value: of one kind and equal. Arrays and objects are equal only to themselves.
inline bool strictly_equal(const Value& left, const Value& right) {
  if (is_number(left)) {
    return is_number(right) && compare_numbers(left, right) == 0;
  }
  if (left.kind != right.kind) {
    return false;
  }
  switch (left.kind) {
    case Kind::text:
      return same_text(left.view(), right.view());
    case Kind::array:
    case Kind::object:
      return left.bytes == right.bytes;
    case Kind::list:
      return left.list == right.list;
    case Kind::record:
      return left.record == right.record;
    default:
      return true;
  }
}

bool loosely_equal_slowly(const Value& left, const Value& right, Workspace& work);

// value == value
inline bool loosely_equal(const Value& left, const Value& right, Workspace& work) {
  if (left.kind == right.kind || (is_number(left) && is_number(right))) [[likely]] {
    return strictly_equal(left, right);
  }
  return loosely_equal_slowly(left, right, work);
}

std::partial_ordering compare_slowly(const Value& left, const Value& right, Workspace& work);

// What < and its like see: two texts by their UTF-16 code units, all else as numbers.
inline std::partial_ordering compare(const Value& left, const Value& right, Workspace& work) {
  if (is_number(left) && is_number(right)) [[likely]] {
    return compare_numbers(left, right);
  }
  return compare_slowly(left, right, work);
}

} // namespace lifecycle::condition
