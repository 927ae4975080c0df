#include "functions/condition/explain.hpp"

#include <algorithm>

#include "functions/condition/items.hpp"
#include "functions/condition/rule.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

// A part of the rule that combines others, or a leaf.
struct Explanation::Branch {
  Op op = Op::constant; // constant: a leaf
  bool result = false;
  std::size_t leaf = 0;
  std::vector<Branch> parts;
};

namespace {

bool combines(Op op) { return op == Op::and_ || op == Op::or_ || op == Op::not_ || op == Op::truth || op == Op::if_; }

} // namespace

Explanation::Explanation(std::string_view rule, const Document& document, std::int64_t now)
    : document_(document), now_(now) {
  programs_.push_back(Program::compile(rule, RuleForm::condition)); // refuses what is no condition
  decide(visit(root_value(rule), ""));
}

Value Explanation::evaluate(const Value& rule) {
  programs_.push_back(Program::compile(rule, RuleForm::any));
  return evaluators_.emplace_back().evaluate(*programs_.back(), document_, now_);
}

Explanation::Branch Explanation::visit(const Value& rule, const std::string& pointer) {
  check_stack();
  const std::optional<Operation> operation = as_operation(rule);
  if (!operation || !combines(operation->known->op) || operation->arguments.empty()) {
    return visit_leaf(rule, pointer);
  }
  Branch branch;
  branch.op = operation->known->op;
  const std::string inside = child_pointer(pointer, operation->name);
  for (const Value& part : operation->arguments) {
    branch.parts.push_back(
        visit(part, operation->in_array ? child_pointer(inside, std::to_string(branch.parts.size())) : inside));
  }
  const auto is_true = [](const Branch& part) { return part.result; };
  switch (branch.op) {
    case Op::and_:
      branch.result = std::all_of(branch.parts.begin(), branch.parts.end(), is_true);
      break;
    case Op::or_:
      branch.result = std::any_of(branch.parts.begin(), branch.parts.end(), is_true);
      break;
    case Op::not_:
      branch.result = !branch.parts[0].result;
      break;
    case Op::truth:
      branch.result = branch.parts[0].result;
      break;
    default: { // if: the first condition that holds chooses
      std::size_t i = 0;
      while (i + 1 < branch.parts.size() && !branch.parts[i].result) {
        i += 2;
      }
      const std::size_t chosen = i + 1 < branch.parts.size() ? i + 1 : i;
      branch.result = chosen < branch.parts.size() && branch.parts[chosen].result;
    }
  }
  return branch;
}

Explanation::Branch Explanation::visit_leaf(const Value& rule, const std::string& pointer) {
  Branch branch;
  branch.leaf = leaves_.size();
  branch.result = truthy(evaluate(rule));
  Leaf leaf{pointer, rule, {}, branch.result, false};
  find_paths(rule, leaf);
  leaves_.push_back(std::move(leaf));
  return branch;
}

// Which leaves made the result what it is: of an and that failed those that failed, of one that held all.
void Explanation::decide(const Branch& branch) {
  check_stack();
  switch (branch.op) {
    case Op::constant:
      leaves_[branch.leaf].decisive = true;
      break;
    case Op::and_:
    case Op::or_:
      for (const Branch& part : branch.parts) {
        if (part.result == branch.result) {
          decide(part);
        }
      }
      break;
    case Op::if_:
      for (std::size_t i = 0; i < branch.parts.size(); i += 2) {
        decide(branch.parts[i]);
        if (i + 1 < branch.parts.size() && branch.parts[i].result) {
          decide(branch.parts[i + 1]);
          break;
        }
      }
      break;
    default:
      decide(branch.parts[0]);
  }
}

// The vars that look into the document itself, not those inside map and its like.
void Explanation::find_paths(const Value& rule, Leaf& leaf) {
  check_stack();
  const std::optional<Operation> operation = as_operation(rule);
  if (!operation) {
    if (rule.kind == Kind::array) {
      for_each_item(rule, [&](const Value& item) {
        find_paths(item, leaf);
        return true;
      });
    }
    return;
  }
  const std::vector<Value>& arguments = operation->arguments;
  if (operation->known->op == Op::var && (arguments.empty() || !is_container(arguments[0]))) {
    Workspace work;
    work.begin();
    const std::string path(arguments.empty() ? std::string_view() : to_joined_text(arguments[0], work));
    const auto is_known = [&path](const Leaf::Found& found) { return found.path == path; };
    if (std::none_of(leaf.found.begin(), leaf.found.end(), is_known)) {
      leaf.found.push_back({path, evaluate(rule)});
    }
    return;
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!is_inner(operation->known->op, i)) {
      find_paths(arguments[i], leaf);
    }
  }
}

Value Explanation::to_value() {
  const auto make_list = [this](const std::vector<Value>& values) {
    auto* const items = arena_.allocate_array<Value>(values.size());
    std::copy(values.begin(), values.end(), items);
    auto* const list = arena_.allocate_array<List>(1);
    *list = {items, static_cast<std::uint32_t>(values.size())};
    return of_list(list);
  };
  std::vector<Value> rows;
  for (const Leaf& leaf : leaves_) {
    std::vector<Value> found;
    for (const Leaf::Found& pair : leaf.found) {
      found.push_back(make_list({of_text(pair.path), pair.value}));
    }
    rows.push_back(make_list(
        {of_text(leaf.pointer), leaf.rule, make_list(found), of_boolean(leaf.result), of_boolean(leaf.decisive)}));
  }
  return make_list(rows);
}

} // namespace lifecycle::condition
