// Runs programs. One evaluator serves many programs, one after the other, and keeps its memory between them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "functions/condition/coerce.hpp"
#include "functions/condition/program.hpp"
#include "functions/condition/stored.hpp"
#include "functions/condition/value.hpp"
#include "functions/condition/workspace.hpp"
#include "functions/core/stack.hpp"

namespace lifecycle::condition {

// What a rule is held against. The bytes must live until its result has been used.
struct Document {
  Value root;
  Record pair; // what root points to where there are two parts

  explicit Document(const Value& value) : root(value) {}
  // As the bytes of a jsonb.
  explicit Document(std::string_view bytes) : root(root_value(bytes)) {}
  // {"user": user, "event": event}, without building that object. No data: the member is missing.
  Document(std::string_view user, std::string_view event);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document() = default;
};

class Evaluator {
 public:
  // `now` in microseconds since 2000-01-01 UTC. The value lives until the next evaluation.
  Value evaluate(const Program& program, const Document& document, std::int64_t now);

  // Whether the rule's result is true as JsonLogic sees it.
  bool matches(const Program& program, const Document& document, std::int64_t now);

  // For who works on with the value.
  Workspace& workspace() { return work_; }

 private:
  struct Memo {
    std::uint64_t run = 0;
    Value value;
  };

  void begin(const Program& program, const Document& document, std::int64_t now);

  // At each level that a rule's nesting adds.
  void enter() const {
    if (program_->is_deep_) [[unlikely]] {
      check_stack();
    }
  }

  Value run(std::uint32_t index);
  bool test(std::uint32_t index);
  bool test_slowly(const Node& node);

  [[nodiscard]] std::uint32_t argument(const Node& node, std::uint32_t i) const { return arguments_[node.first + i]; }
  Value operand(const Node& node, std::uint32_t i);

  Value resolve(std::uint32_t index);
  Value or_default(const Value& found, const Node& node, std::uint32_t first_default);
  Value scope_path(const Node& node);
  Value dynamic_path(const Node& node);
  Value find_path(std::string_view path);
  bool compare_in_order(const Node& node);
  bool is_in(const Node& node);
  bool any_missing(const Node& node);

  // evaluate_values.cpp
  Value run_other(const Node& node);
  Value run_if(const Node& node);
  Value run_list(const Node& node);
  Value run_missing(const Node& node);
  Value run_missing_keys(const Value* keys, std::uint32_t count);
  Value run_missing_some(const Node& node);
  Value run_arithmetic(const Node& node);
  Value run_sum(const Node& node);
  Value run_product(const Node& node);
  Value run_extreme(const Node& node);
  Value run_merge(const Node& node);

  // evaluate_arrays.cpp
  Value run_map(const Node& node);
  Value run_filter(const Node& node);
  Value run_reduce(const Node& node);
  bool test_items(const Node& node);

  // evaluate_text.cpp
  Value run_cat(const Node& node);
  Value run_substr(const Node& node);
  Value run_lower(const Node& node);
  bool test_pattern(const Node& node);

  Workspace work_;
  std::vector<Memo> memos_;
  std::uint64_t run_ = 0;
  const Program* program_ = nullptr;
  const Node* nodes_ = nullptr;
  const std::uint32_t* arguments_ = nullptr;
  const Value* root_ = nullptr;
  const Value* scope_ = nullptr; // what var looks into: the root, or the element that map and its like are at
  std::int64_t now_ = 0;
};

// The member, element or length of this name, or a missing value; as JavaScript's own properties.
Value property(const Value& value, const Key& key, Workspace& work);

} // namespace lifecycle::condition
