// Reads values out of a JSON document and notes where one is not what it should be.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "functions/dataset/contract.hpp"

namespace lifecycle::dataset {

// A value of the document and where it stands.
struct Node {
  std::string pointer;
  const nlohmann::json* value; // null: there is none

  [[nodiscard]] bool exists() const { return value != nullptr; }
  [[nodiscard]] bool is_object() const { return exists() && value->is_object(); }
  [[nodiscard]] bool is_array() const { return exists() && value->is_array(); }
  [[nodiscard]] std::size_t size() const { return is_array() ? value->size() : 0; }

  [[nodiscard]] Node member(std::string_view key) const;
  [[nodiscard]] Node element(std::size_t index) const;
};

class Document {
 public:
  explicit Document(std::vector<Problem>& problems) : problems_(problems) {}

  void note(const Node& place, const std::string& what) { problems_.push_back({place.pointer, what}); }

  // Notes every member whose name is none of these.
  void check_members(const Node& object, std::span<const std::string_view> known);
  // The string; empty, and noted, where there is none.
  std::string required_string(const Node& parent, std::string_view key);
  std::string optional_string(const Node& parent, std::string_view key);
  bool optional_boolean(const Node& parent, std::string_view key);
  // 0 where there is none.
  int optional_position(const Node& parent, std::string_view key);
  // The list; nothing, and noted, where it is no list of strings, or an empty one.
  std::vector<std::string> strings(const Node& list);
  // Notes where a member is no list of objects, each of which has that member, a string, and no two the same one.
  void check_objects(const Node& parent, std::string_view list, std::string_view key);
  // The value of a custom property of that name; no value where there is none.
  [[nodiscard]] Node custom_property(const Node& parent, std::string_view name) const;

 private:
  std::vector<Problem>& problems_;
};

// "a, b or c"
std::string one_of(std::span<const std::string_view> names);

} // namespace lifecycle::dataset
