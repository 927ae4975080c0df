// A rule as it is evaluated: operators in one flat array, paths split, lists prepared, texts and numbers in place.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "functions/condition/constant_list.hpp"
#include "functions/condition/operators.hpp"
#include "functions/condition/value.hpp"

namespace lifecycle::condition {

// One step of a path: a member's name, which may also be an element's place or a length.
struct Key {
  std::string_view name;
  std::uint32_t index;
  bool is_index;
  bool is_length;
};

Key make_key(std::string_view name);

struct Node {
  Op op;
  bool is_folded;      // a constant that an operation came to beforehand
  std::uint32_t first; // of its arguments in Program::arguments
  std::uint32_t count;
  std::uint32_t detail; // root_path: the step; scope_path: the first key; in_constants: the list
  std::uint32_t keys;   // scope_path: how many
  Value constant;
};

// Paths into the document share their beginnings: each step knows the one before it. A step that several paths go
// through is looked up once a document.
struct PathStep {
  static constexpr std::uint32_t none = 0xFFFFFFFFU;
  std::uint32_t parent; // none: the document
  std::uint32_t memo;   // none: not remembered
  Key key;
};

enum class RuleForm : std::uint8_t {
  any,       // any JSON: what is no rule stands for itself
  condition, // true, false or an object with one operator
};

class Program {
 public:
  // `rule` as the bytes of a jsonb. Raises an Error where it is no rule, or beyond a limit; DETAIL has the place as a
  // JSON pointer.
  static std::unique_ptr<Program> compile(std::string_view rule, RuleForm form);
  // Of a part of a rule.
  static std::unique_ptr<Program> compile(const Value& rule, RuleForm form);

  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() = default;

  // The bytes it was made of.
  [[nodiscard]] std::string_view source() const { return source_; }
  [[nodiscard]] std::size_t memory() const;

 private:
  Program() = default;
  friend class Compiler;
  friend class Evaluator;

  std::string source_;
  std::deque<std::string> texts_; // made while compiling
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> arguments_;
  std::vector<PathStep> steps_;
  std::vector<Key> keys_;
  std::vector<ConstantList> lists_;
  std::uint32_t memos_ = 0;
  std::uint32_t root_ = 0;
  bool is_deep_ = false; // so deep that its evaluation has to watch the stack
};

} // namespace lifecycle::condition
