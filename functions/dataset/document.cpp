#include "functions/dataset/document.hpp"

#include <algorithm>

#include "functions/json/pointer.hpp"
#include "functions/mapping/nearest.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::dataset {

Node Node::member(std::string_view key) const {
  Node node{pointer, nullptr};
  lifecycle::json::append_token(node.pointer, key);
  if (is_object()) {
    if (const auto found = value->find(std::string(key)); found != value->end()) {
      node.value = &*found;
    }
  }
  return node;
}

Node Node::element(std::size_t index) const {
  return {pointer + '/' + std::to_string(index), is_array() && index < value->size() ? &(*value)[index] : nullptr};
}

void Document::check_members(const Node& object, std::span<const std::string_view> known) {
  for (const auto& [key, value] : object.value->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) {
      continue;
    }
    std::string what = "the standard has no such member";
    if (const std::optional<std::string_view> meant = mapping::nearest(key, known)) {
      what += "; did you mean \"" + std::string(*meant) + '"';
    }
    note(object.member(key), what);
  }
}

std::string Document::optional_string(const Node& parent, std::string_view key) {
  const Node node = parent.member(key);
  if (!node.exists()) {
    return {};
  }
  if (!node.value->is_string() || node.value->get_ref<const std::string&>().empty()) {
    note(node, "it must be a string that is not empty");
    return {};
  }
  return node.value->get<std::string>();
}

std::string Document::required_string(const Node& parent, std::string_view key) {
  if (const Node node = parent.member(key); !node.exists()) {
    note(parent, "it has no " + std::string(key));
    return {};
  }
  return optional_string(parent, key);
}

bool Document::optional_boolean(const Node& parent, std::string_view key) {
  const Node node = parent.member(key);
  if (node.exists() && !node.value->is_boolean()) {
    note(node, "it must be true or false");
    return false;
  }
  return node.exists() && node.value->get<bool>();
}

int Document::optional_position(const Node& parent, std::string_view key) {
  const Node node = parent.member(key);
  if (!node.exists()) {
    return 0;
  }
  constexpr int largest = 1000;
  if (!node.value->is_number_integer() || node.value->get<std::int64_t>() < 1 ||
      node.value->get<std::int64_t>() > largest) {
    note(node, "it must be a whole number from 1 on");
    return 0;
  }
  return node.value->get<int>();
}

std::vector<std::string> Document::strings(const Node& list) {
  std::vector<std::string> made;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node element = list.element(i);
    if (!element.value->is_string() || element.value->get_ref<const std::string&>().empty()) {
      note(element, "it must be a string that is not empty");
    } else if (std::find(made.begin(), made.end(), element.value->get_ref<const std::string&>()) != made.end()) {
      note(element, "it is listed twice");
    } else {
      made.push_back(element.value->get<std::string>());
    }
  }
  if (list.size() == 0) {
    note(list, "it must be a list of strings that is not empty");
  }
  return made;
}

void Document::check_objects(const Node& parent, std::string_view list, std::string_view key) {
  const Node node = parent.member(list);
  if (node.exists() && !node.is_array()) {
    note(node, "it must be a list");
  }
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node element = node.element(i);
    if (!element.is_object()) {
      note(element, "it must be an object");
    } else if (!key.empty()) {
      std::string name = required_string(element, key);
      if (!name.empty() && std::find(seen.begin(), seen.end(), name) != seen.end()) {
        note(element, name + " is said twice");
      }
      seen.push_back(std::move(name));
    }
  }
}

Node Document::custom_property(const Node& parent, std::string_view name) const {
  const Node list = parent.member("customProperties");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node property = list.element(i);
    const Node key = property.member("property");
    if (key.exists() && key.value->is_string() && key.value->get_ref<const std::string&>() == name) {
      return property.member("value");
    }
  }
  return {list.pointer, nullptr};
}

std::string one_of(std::span<const std::string_view> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text.append(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ").append(names[i]);
  }
  return text;
}

} // namespace lifecycle::dataset
