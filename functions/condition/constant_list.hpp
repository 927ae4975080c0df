// A list known beforehand, prepared for the question whether it holds a value.
#pragma once

#include <string_view>
#include <vector>

#include "functions/condition/value.hpp"

namespace lifecycle::condition {

class ConstantList {
 public:
  // Of a stored array, whose bytes it goes on to use. Arrays and objects in it are left out: they are equal to nothing
  // in any document.
  explicit ConstantList(const Value& array);

  // Whether one of its elements is strictly equal.
  [[nodiscard]] bool holds(const Value& value) const;

  [[nodiscard]] std::size_t memory() const;

 private:
  std::vector<std::string_view> texts_;   // sorted by length and bytes
  std::vector<std::string_view> numbers_; // stored ones, sorted
  bool has_null_ = false;
  bool has_yes_ = false;
  bool has_no_ = false;
};

} // namespace lifecycle::condition
