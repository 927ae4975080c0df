#include "functions/condition/rule.hpp"

#include "functions/condition/items.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

std::optional<Operation> as_operation(const Value& rule) {
  if (rule.kind != Kind::object) {
    return std::nullopt;
  }
  const json::Container object = json::open_container(rule.view());
  if (object.count != 1) {
    return std::nullopt;
  }
  const Member member = first_member(object);
  Operation operation{find_operator(member.key), member.key, {}, member.value.kind == Kind::array};
  if (operation.known == nullptr) {
    return std::nullopt;
  }
  if (!operation.in_array) {
    operation.arguments.push_back(member.value);
    return operation;
  }
  for_each_item(member.value, [&operation](const Value& argument) {
    operation.arguments.push_back(argument);
    return true;
  });
  return operation;
}

bool is_inner(Op op, std::size_t argument) { return argument == 1 && op >= Op::map && op <= Op::none; }

std::string child_pointer(const std::string& parent, std::string_view key) {
  std::string pointer = parent;
  pointer += '/';
  for (const char c : key) {
    if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

} // namespace lifecycle::condition
