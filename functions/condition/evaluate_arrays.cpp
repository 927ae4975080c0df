// map, filter, reduce, all, some, none: a rule held against each element in turn.
#include <utility>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/items.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

// Puts the outer scope back, also when an error leaves the evaluation.
class Scope {
 public:
  explicit Scope(const Value*& scope) : scope_(scope), outer_(scope) {}
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { scope_ = outer_; }

 private:
  const Value*& scope_;
  const Value* outer_;
};

Value make_list(const Value* items, std::uint32_t count, Workspace& work) {
  auto* const list = work.arena.allocate_array<List>(1);
  *list = {items, count};
  return of_list(list);
}

} // namespace

[[gnu::noinline]] Value Evaluator::run_map(const Node& node) {
  const Value array = run(argument(node, 0));
  const std::uint32_t rule = argument(node, 1);
  const std::uint32_t count = is_array(array) ? item_count(array) : 0;
  work_.steps.spend(count);
  auto* const items = work_.arena.allocate_array<Value>(count);
  const Scope outer(scope_);
  std::uint32_t at = 0;
  if (count > 0) {
    for_each_item(array, [&](const Value& item) {
      scope_ = &item;
      items[at++] = run(rule);
      return true;
    });
  }
  return make_list(items, at, work_);
}

[[gnu::noinline]] Value Evaluator::run_filter(const Node& node) {
  const Value array = run(argument(node, 0));
  const std::uint32_t rule = argument(node, 1);
  const std::uint32_t count = is_array(array) ? item_count(array) : 0;
  work_.steps.spend(count);
  auto* const items = work_.arena.allocate_array<Value>(count);
  const Scope outer(scope_);
  std::uint32_t kept = 0;
  if (count > 0) {
    for_each_item(array, [&](const Value& item) {
      scope_ = &item;
      if (test(rule)) {
        items[kept++] = item;
      }
      return true;
    });
  }
  return make_list(items, kept, work_);
}

[[gnu::noinline]] Value Evaluator::run_reduce(const Node& node) {
  const Value array = run(argument(node, 0));
  const std::uint32_t rule = argument(node, 1);
  Value accumulator = node.count > 2 ? run(argument(node, 2)) : null_value();
  if (!is_array(array)) {
    return accumulator;
  }
  const Scope outer(scope_);
  for_each_item(array, [&](const Value& item) {
    work_.steps.spend(1);
    // One for each element: the result may hold on to it.
    auto* const record = work_.arena.allocate_array<Record>(1);
    *record = {{"current", "accumulator"}, {item, accumulator}};
    const Value value = of_record(record);
    scope_ = &value;
    accumulator = run(rule);
    return true;
  });
  return accumulator;
}

// all, some and none. Of no elements, all and some are false and none is true.
[[gnu::noinline]] bool Evaluator::test_items(const Node& node) {
  const Value array = run(argument(node, 0));
  const std::uint32_t rule = argument(node, 1);
  if (!is_array(array) || item_count(array) == 0) {
    return node.op == Op::none;
  }
  const Scope outer(scope_);
  const bool wanted = node.op != Op::all; // the result of one element that decides
  bool decided = false;
  for_each_item(array, [&](const Value& item) {
    work_.steps.spend(1);
    scope_ = &item;
    decided = test(rule) == wanted;
    return !decided;
  });
  return decided == (node.op == Op::some);
}

} // namespace lifecycle::condition
