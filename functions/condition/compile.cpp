#include <algorithm>
#include <charconv>

#include "functions/condition/coerce.hpp"
#include "functions/condition/items.hpp"
#include "functions/condition/lower_case.hpp"
#include "functions/condition/program.hpp"
#include "functions/condition/regular_expression.hpp"
#include "functions/condition/relative_time.hpp"
#include "functions/condition/rule_errors.hpp"
#include "functions/core/error.hpp"
#include "functions/core/limits.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

bool is_scalar(const Value& value) { return value.kind < Kind::array; }

} // namespace

Key make_key(std::string_view name) {
  Key key{name, 0, false, name == "length"};
  // An array's places are written without leading zeros.
  if (!name.empty() && name.size() <= 10 && (name.size() == 1 || name[0] != '0')) {
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), key.index);
    key.is_index = error == std::errc() && end == name.data() + name.size();
  }
  return key;
}

class Compiler {
 public:
  explicit Compiler(Program& program) : program_(program) { work_.begin(); }

  void compile(const Value& rule, RuleForm form) {
    if (form == RuleForm::condition) {
      check_condition(rule);
    }
    program_.root_ = compile_value(rule, nullptr, 1);
    remember_shared_steps();
  }

 private:
  static void check_condition(const Value& rule) {
    if (rule.kind == Kind::object) {
      const std::uint32_t count = json::open_container(rule.view()).count;
      if (count != 1) {
        fail_no_condition("An object of " + std::to_string(count) + " keys, not of one.");
      }
    } else if (!is_boolean(rule)) {
      fail_no_condition("It is " + std::string(kind_name(rule)) + ".");
    }
  }

  std::uint32_t add(const Node& node) {
    if (program_.nodes_.size() >= limits.max_condition_steps) {
      throw Error(sqlstate::program_limit_exceeded, "condition takes too many steps",
                  "It has more than " + std::to_string(limits.max_condition_steps) + " operators and values.",
                  "Simplify it, or raise lifecycle_ledger.max_condition_steps.");
    }
    program_.nodes_.push_back(node);
    return static_cast<std::uint32_t>(program_.nodes_.size() - 1);
  }

  std::uint32_t add_constant(const Value& value) {
    Node node{};
    node.op = Op::constant;
    node.constant = value;
    return add(node);
  }

  std::uint32_t add_operation(Op op, const std::vector<std::uint32_t>& arguments) {
    Node node{};
    node.op = op;
    set_arguments(node, arguments);
    return add(node);
  }

  void set_arguments(Node& node, const std::vector<std::uint32_t>& arguments) {
    node.first = static_cast<std::uint32_t>(program_.arguments_.size());
    node.count = static_cast<std::uint32_t>(arguments.size());
    program_.arguments_.insert(program_.arguments_.end(), arguments.begin(), arguments.end());
  }

  [[nodiscard]] bool is_constant(std::uint32_t node) const { return program_.nodes_[node].op == Op::constant; }
  [[nodiscard]] const Value& constant(std::uint32_t node) const { return program_.nodes_[node].constant; }

  std::uint32_t compile_value(const Value& value, const Place* place, unsigned depth) {
    if (++polled_ % interrupt_interval == 0) {
      poll_interrupts();
      work_.steps.begin(); // of compiling none are counted
    }
    if (is_container(value)) {
      enter(depth);
      if (value.kind == Kind::array) {
        return compile_list(value, place, depth);
      }
      const json::Container object = json::open_container(value.view());
      if (object.count == 1) {
        return compile_operation(first_member(object), place, depth);
      }
    }
    return add_constant(value);
  }

  void enter(unsigned depth) {
    check_stack();
    program_.is_deep_ = program_.is_deep_ || depth > shallow;
    if (depth > limits.max_depth) {
      throw Error(sqlstate::program_limit_exceeded, "condition is nested too deeply",
                  "It has more than " + std::to_string(limits.max_depth) + " levels.",
                  "Simplify it, or raise lifecycle_ledger.max_depth.");
    }
  }

  // An array with no rule in it is a constant.
  std::uint32_t compile_list(const Value& value, const Place* place, unsigned depth) {
    const std::size_t nodes = program_.nodes_.size();
    const std::vector<std::uint32_t> items = compile_items(value, place, depth);
    const auto is_literal = [this](std::uint32_t item) {
      return is_constant(item) && !program_.nodes_[item].is_folded;
    };
    if (std::all_of(items.begin(), items.end(), is_literal)) {
      program_.nodes_.resize(nodes);
      return add_constant(value);
    }
    return add_operation(Op::list, items);
  }

  std::vector<std::uint32_t> compile_items(const Value& array, const Place* place, unsigned depth) {
    std::vector<std::uint32_t> items;
    Place item_place{place, {}, 0};
    for_each_item(array, [&](const Value& item) {
      items.push_back(compile_value(item, &item_place, depth + 1));
      ++item_place.index;
      return true;
    });
    return items;
  }

  std::uint32_t compile_operation(const Member& operation, const Place* outer, unsigned depth) {
    const Operator* const known = find_operator(operation.key);
    if (known == nullptr) {
      fail_unknown_operator(operation.key, outer);
    }
    const Place place{outer, operation.key, 0};
    const bool several = operation.value.kind == Kind::array;
    const std::size_t given = several ? item_count(operation.value) : 1;
    if (given < known->least || given > known->most) {
      fail_arity(*known, given, outer);
    }
    std::vector<std::uint32_t> arguments;
    Place item_place{&place, {}, 0};
    const auto compile_argument = [&](const Value& argument) {
      const bool inner = item_place.index == 1 && has_inner_scope(known->op);
      scopes_ += inner ? 1 : 0;
      arguments.push_back(compile_value(argument, several ? &item_place : &place, depth + (several ? 2 : 1)));
      scopes_ -= inner ? 1 : 0;
      ++item_place.index;
      return true;
    };
    if (several) {
      enter(depth + 1);
      for_each_item(operation.value, compile_argument);
    } else {
      compile_argument(operation.value);
    }
    switch (known->op) {
      case Op::var:
        return compile_var(arguments);
      case Op::missing:
        return compile_missing(arguments);
      case Op::in:
        return compile_in(arguments);
      case Op::time_now:
        return compile_now(arguments, &place);
      case Op::text_matches:
        check_pattern(arguments[1], &place);
        break;
      case Op::text_lower:
      case Op::time_ms:
        if (is_constant(arguments[0]) && constant(arguments[0]).kind == Kind::text) {
          return fold(known->op, constant(arguments[0]).view());
        }
        break;
      default:
        break;
    }
    return add_operation(known->op, arguments);
  }

  static bool has_inner_scope(Op op) {
    return op == Op::map || op == Op::filter || op == Op::reduce || op == Op::all || op == Op::some || op == Op::none;
  }

  std::string_view keep(std::string_view text) { return program_.texts_.emplace_back(text); }

  // A node for a path; with no default it gives a missing value where it leads nowhere.
  Node path_node(std::string_view path) {
    Node node{};
    if (scopes_ == 0) {
      node.op = Op::root_path;
      node.detail = PathStep::none;
    } else {
      node.op = Op::scope_path;
      node.detail = static_cast<std::uint32_t>(program_.keys_.size());
    }
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      const Key key = make_key(path.substr(begin, end - begin));
      if (scopes_ == 0) {
        node.detail = step_to(node.detail, key);
      } else {
        program_.keys_.push_back(key);
        ++node.keys;
      }
      begin = end + 1;
    }
    if (scopes_ == 0) {
      ++uses_[node.detail];
    }
    return node;
  }

  std::uint32_t step_to(std::uint32_t parent, const Key& key) {
    for (std::uint32_t i = 0; i < program_.steps_.size() && i < searched_steps; ++i) {
      if (program_.steps_[i].parent == parent && program_.steps_[i].key.name == key.name) {
        return i;
      }
    }
    if (parent != PathStep::none) {
      ++uses_[parent];
    }
    program_.steps_.push_back({parent, PathStep::none, key});
    uses_.push_back(0);
    return static_cast<std::uint32_t>(program_.steps_.size() - 1);
  }

  void remember_shared_steps() {
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] > 1) {
        program_.steps_[i].memo = program_.memos_++;
      }
    }
  }

  std::uint32_t compile_var(std::vector<std::uint32_t>& arguments) {
    if (arguments.empty()) {
      return add_operation(Op::scope_data, {});
    }
    if (!is_constant(arguments[0])) {
      return add_operation(Op::dynamic_path, arguments);
    }
    const std::uint32_t path = arguments[0];
    arguments.erase(arguments.begin());
    return add_path(constant(path), arguments);
  }

  // var with a known first argument.
  std::uint32_t add_path(const Value& path, const std::vector<std::uint32_t>& defaults) {
    if (path.kind == Kind::null || (path.kind == Kind::text && path.size == 0)) {
      return add_operation(Op::scope_data, {});
    }
    Node node = path_node(keep(to_text(path, work_)));
    set_arguments(node, defaults);
    return add(node);
  }

  // Keys known beforehand become pairs of key and path.
  std::uint32_t compile_missing(const std::vector<std::uint32_t>& arguments) {
    const auto all_scalar = [this](const std::vector<std::uint32_t>& nodes) {
      return std::all_of(nodes.begin(), nodes.end(),
                         [this](std::uint32_t node) { return is_constant(node) && is_scalar(constant(node)); });
    };
    std::vector<std::uint32_t> keys = arguments;
    if (!arguments.empty() && is_constant(arguments[0]) && is_array(constant(arguments[0]))) {
      keys.clear();
      const Value array = constant(arguments[0]);
      for_each_item(array, [&](const Value& item) {
        keys.push_back(add_constant(item));
        return true;
      });
    }
    if (!all_scalar(keys)) {
      return add_operation(Op::missing, arguments);
    }
    std::vector<std::uint32_t> pairs;
    for (const std::uint32_t key : keys) {
      pairs.push_back(key);
      pairs.push_back(add_path(constant(key), {}));
    }
    return add_operation(Op::missing_paths, pairs);
  }

  std::uint32_t compile_in(const std::vector<std::uint32_t>& arguments) {
    if (!is_constant(arguments[1]) || constant(arguments[1]).kind != Kind::array) {
      return add_operation(Op::in, arguments);
    }
    Node node{};
    node.op = Op::in_constants;
    node.detail = static_cast<std::uint32_t>(program_.lists_.size());
    set_arguments(node, {arguments[0]});
    program_.lists_.emplace_back(constant(arguments[1]));
    return add(node);
  }

  // What is the same for every document is worked out once.
  std::uint32_t fold(Op op, std::string_view text) {
    Node node{};
    node.op = Op::constant;
    node.is_folded = true;
    node.constant = op == Op::time_ms ? of_real(text_to_milliseconds(text)) : of_text(keep(lower_case(text, work_)));
    return add(node);
  }

  std::uint32_t compile_now(const std::vector<std::uint32_t>& arguments, const Place* place) {
    Node node{};
    node.op = Op::time_now;
    if (!arguments.empty()) {
      const bool is_text = is_constant(arguments[0]) && constant(arguments[0]).kind == Kind::text;
      const auto offset = is_text ? parse_time_offset(constant(arguments[0]).view()) : std::nullopt;
      if (!offset) {
        fail_at(place, "invalid relative time",
                is_text ? quoted(constant(arguments[0]).view()) + " is no distance from now."
                        : "The distance is no string.",
                "Write a sign, a number and one of s, m (minutes), h, d and w, such as \"-7d\".");
      }
      node.constant = of_real(*offset);
    } else {
      node.constant = of_real(0);
    }
    return add(node);
  }

  void check_pattern(std::uint32_t pattern, const Place* place) const {
    if (is_constant(pattern)) {
      const Value value = constant(pattern);
      if (value.kind != Kind::text) {
        fail_at(place, "invalid regular expression", "The pattern is " + std::string(kind_name(value)) + ".",
                "Write it as a string.");
      }
      if (check_regular_expression != nullptr) {
        check_regular_expression(value.view());
      }
    }
  }

  static constexpr unsigned shallow = 64;              // levels that any stack has room for
  static constexpr std::uint32_t searched_steps = 256; // beyond this paths no longer share

  Program& program_;
  Workspace work_;
  std::vector<std::uint32_t> uses_; // of each step
  unsigned scopes_ = 0;             // how many arrays the compiler is inside of
  unsigned polled_ = 0;
};

std::unique_ptr<Program> Program::compile(std::string_view rule, RuleForm form) {
  if (rule.size() > limits.max_document_bytes) {
    throw Error(sqlstate::program_limit_exceeded, "condition is too large",
                "It takes " + std::to_string(rule.size()) + " bytes.",
                "Simplify it, or raise lifecycle_ledger.max_document_bytes.");
  }
  std::unique_ptr<Program> program(new Program());
  program->source_ = rule;
  Compiler(*program).compile(root_value(program->source_), form);
  return program;
}

std::unique_ptr<Program> Program::compile(const Value& rule, RuleForm form) {
  std::unique_ptr<Program> program(new Program());
  Compiler(*program).compile(rule, form);
  return program;
}

std::size_t Program::memory() const {
  std::size_t bytes = sizeof(Program) + source_.capacity() + nodes_.capacity() * sizeof(Node) +
                      arguments_.capacity() * sizeof(std::uint32_t) + steps_.capacity() * sizeof(PathStep) +
                      keys_.capacity() * sizeof(Key);
  for (const std::string& text : texts_) {
    bytes += sizeof(std::string) + text.capacity();
  }
  for (const ConstantList& list : lists_) {
    bytes += list.memory();
  }
  return bytes;
}

} // namespace lifecycle::condition
