#include "functions/condition/coerce.hpp"

#include <cstring>
#include <limits>
#include <string>

#include "functions/condition/items.hpp"
#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"
#include "functions/json/key_order.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

constexpr std::string_view object_text = "[object Object]";

// The text of everything but arrays.
std::string_view plain_text(const Value& value, Workspace& work) {
  switch (value.kind) {
    case Kind::yes:
      return "true";
    case Kind::no:
      return "false";
    case Kind::number:
    case Kind::real:
      return number_text(value, work);
    case Kind::text:
      return value.view();
    case Kind::object:
    case Kind::record:
      return object_text;
    default:
      return "null";
  }
}

void append_joined(std::string& to, const Value& array, unsigned depth, Workspace& work) {
  check_depth(depth);
  bool first = true;
  for_each_item(array, [&](const Value& item) {
    work.steps.spend(1 + (is_array(item) ? 0 : item.kind == Kind::text ? item.size / Workspace::bytes_per_step : 0));
    if (!first) {
      to += ',';
    }
    first = false;
    if (is_array(item)) {
      append_joined(to, item, depth + 1, work);
    } else if (item.kind != Kind::null) {
      to += plain_text(item, work);
    }
    check_value_size(to.size());
    return true;
  });
}

std::string_view array_text(const Value& array, Workspace& work) {
  std::string text;
  append_joined(text, array, 1, work);
  return work.arena.copy(text);
}

bool equal_as_numbers(double left, const Value& right, Workspace& work) { return left == to_number(right, work); }

} // namespace

std::string_view to_text(const Value& value, Workspace& work) {
  return is_array(value) ? array_text(value, work) : plain_text(value, work);
}

std::string_view to_joined_text(const Value& value, Workspace& work) {
  return value.kind <= Kind::null ? std::string_view() : to_text(value, work);
}

double to_number(const Value& value, Workspace& work) {
  switch (value.kind) {
    case Kind::number:
    case Kind::real:
      return to_real(value);
    case Kind::yes:
      return 1;
    case Kind::text:
      return text_to_real(value.view());
    case Kind::array:
    case Kind::list:
      return text_to_real(array_text(value, work));
    case Kind::object:
    case Kind::record:
      return std::numeric_limits<double>::quiet_NaN();
    default:
      return 0;
  }
}

bool loosely_equal_slowly(const Value& left, const Value& right, Workspace& work) {
  if (left.kind <= Kind::null || right.kind <= Kind::null) {
    return left.kind <= Kind::null && right.kind <= Kind::null;
  }
  if (is_boolean(left)) {
    return loosely_equal(of_real(left.kind == Kind::yes ? 1 : 0), right, work);
  }
  if (is_boolean(right)) {
    return loosely_equal(left, of_real(right.kind == Kind::yes ? 1 : 0), work);
  }
  if (is_container(left)) {
    return !is_container(right) && loosely_equal(of_text(to_text(left, work)), right, work);
  }
  if (is_container(right)) {
    return loosely_equal(left, of_text(to_text(right, work)), work);
  }
  return is_number(left) ? equal_as_numbers(to_real(left), right, work) : equal_as_numbers(to_real(right), left, work);
}

std::partial_ordering compare_slowly(const Value& left, const Value& right, Workspace& work) {
  const Value left_plain = is_container(left) ? of_text(to_text(left, work)) : left;
  const Value right_plain = is_container(right) ? of_text(to_text(right, work)) : right;
  if (left_plain.kind == Kind::text && right_plain.kind == Kind::text) {
    if (left_plain.view() == right_plain.view()) {
      return std::partial_ordering::equivalent;
    }
    return json::utf16_less(left_plain.view(), right_plain.view()) ? std::partial_ordering::less
                                                                   : std::partial_ordering::greater;
  }
  return to_number(left_plain, work) <=> to_number(right_plain, work);
}

} // namespace lifecycle::condition
