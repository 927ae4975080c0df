#include "functions/condition/evaluate.hpp"

#include <cstring>

#include "functions/condition/items.hpp"
#include "functions/condition/utf16.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

Value element(const Value& array, std::uint32_t index) {
  if (array.kind == Kind::list) {
    return index < array.list->count ? array.list->items[index] : of_kind(Kind::missing);
  }
  const json::Container container = json::open_container(array.view());
  return index < container.count ? child_at(container, index) : of_kind(Kind::missing);
}

[[gnu::noinline]] Value property_slowly(const Value& value, const Key& key, Workspace& work) {
  switch (value.kind) {
    case Kind::record:
      for (std::size_t i = 0; i < 2; ++i) {
        if (value.record->names[i] == key.name) {
          return value.record->values[i];
        }
      }
      break;
    case Kind::array:
    case Kind::list:
      if (key.is_index) {
        return element(value, key.index);
      }
      if (key.is_length) {
        return of_real(item_count(value));
      }
      break;
    case Kind::text:
      work.steps.spend(value.size / Workspace::bytes_per_step);
      if (key.is_length) {
        return of_real(static_cast<double>(utf16_length(value.view())));
      }
      if (key.is_index && key.index < utf16_length(value.view())) {
        return of_text(utf16_slice(value.view(), key.index, std::size_t{key.index} + 1, work));
      }
      break;
    default:
      break;
  }
  return of_kind(Kind::missing);
}

bool is_array_test(Op op) { return op == Op::all || op == Op::some || op == Op::none; }

} // namespace

Document::Document(std::string_view user, std::string_view event) : root(of_record(&pair)), pair{} {
  pair.names[0] = "user";
  pair.names[1] = "event";
  pair.values[0] = user.data() == nullptr ? of_kind(Kind::missing) : root_value(user);
  pair.values[1] = event.data() == nullptr ? of_kind(Kind::missing) : root_value(event);
}

Value property(const Value& value, const Key& key, Workspace& work) {
  if (value.kind == Kind::object) [[likely]] {
    return find_member(value.view(), key.name);
  }
  return property_slowly(value, key, work);
}

void Evaluator::begin(const Program& program, const Document& document, std::int64_t now) {
  work_.begin();
  program_ = &program;
  nodes_ = program.nodes_.data();
  arguments_ = program.arguments_.data();
  root_ = &document.root;
  scope_ = &document.root;
  now_ = now;
  ++run_;
  if (memos_.size() < program.memos_) {
    memos_.resize(program.memos_);
  }
}

Value Evaluator::evaluate(const Program& program, const Document& document, std::int64_t now) {
  begin(program, document, now);
  return run(program.root_);
}

bool Evaluator::matches(const Program& program, const Document& document, std::int64_t now) {
  begin(program, document, now);
  return test(program.root_);
}

Value Evaluator::resolve(std::uint32_t index) {
  const PathStep& step = program_->steps_[index];
  if (step.memo != PathStep::none) {
    Memo& memo = memos_[step.memo];
    if (memo.run != run_) {
      memo.value = property(step.parent == PathStep::none ? *root_ : resolve(step.parent), step.key, work_);
      memo.run = run_;
    }
    return memo.value;
  }
  return property(step.parent == PathStep::none ? *root_ : resolve(step.parent), step.key, work_);
}

Value Evaluator::or_default(const Value& found, const Node& node, std::uint32_t first_default) {
  if (found.kind != Kind::missing) [[likely]] {
    return found;
  }
  return node.count > first_default ? run(argument(node, first_default)) : null_value();
}

[[gnu::noinline]] Value Evaluator::scope_path(const Node& node) {
  Value value = *scope_;
  for (std::uint32_t i = 0; i < node.keys && value.kind != Kind::missing; ++i) {
    value = property(value, program_->keys_[node.detail + i], work_);
  }
  return value;
}

// Of a path that was computed; the whole scope for "" and null is the caller's.
Value Evaluator::find_path(std::string_view path) {
  Value value = *scope_;
  for (std::size_t begin = 0; begin <= path.size() && value.kind != Kind::missing;) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    work_.steps.spend(1);
    value = property(value, make_key(path.substr(begin, end - begin)), work_);
    begin = end + 1;
  }
  return value;
}

[[gnu::noinline]] Value Evaluator::dynamic_path(const Node& node) {
  const Value path = run(argument(node, 0));
  if (path.kind == Kind::null || (path.kind == Kind::text && path.size == 0)) {
    return *scope_;
  }
  return or_default(find_path(to_text(path, work_)), node, 1);
}

// The usual arguments are taken without another call of run().
inline Value Evaluator::operand(const Node& node, std::uint32_t i) {
  const std::uint32_t index = argument(node, i);
  const Node& child = nodes_[index];
  if (child.op == Op::constant) {
    return child.constant;
  }
  if (child.op == Op::root_path) {
    return or_default(resolve(child.detail), child, 0);
  }
  return run(index);
}

[[gnu::noinline]] bool Evaluator::compare_in_order(const Node& node) {
  const bool or_equal = node.op == Op::less_equal;
  const Value first = run(argument(node, 0));
  const Value second = run(argument(node, 1));
  const Value third = run(argument(node, 2));
  const auto in_order = [&](const Value& left, const Value& right) {
    const std::partial_ordering order = compare(left, right, work_);
    return order < 0 || (or_equal && order == 0);
  };
  return in_order(first, second) && in_order(second, third);
}

[[gnu::noinline]] bool Evaluator::is_in(const Node& node) {
  const Value needle = run(argument(node, 0));
  const Value place = run(argument(node, 1));
  if (place.kind == Kind::text) {
    work_.steps.spend(place.size / Workspace::bytes_per_step);
    const std::string_view wanted = to_text(needle, work_);
    // Linear in the text whatever the two are, which string_view::find is not.
    return place.size != 0 && memmem(place.bytes, place.size, wanted.data(), wanted.size()) != nullptr;
  }
  bool found = false;
  if (is_array(place)) {
    for_each_item(place, [&](const Value& item) {
      work_.steps.spend(1);
      found = strictly_equal(needle, item);
      return !found;
    });
  }
  return found;
}

[[gnu::noinline]] bool Evaluator::any_missing(const Node& node) {
  for (std::uint32_t i = 1; i < node.count; i += 2) {
    const Value found = run(argument(node, i));
    if (found.kind <= Kind::null || (found.kind == Kind::text && found.size == 0)) {
      return true;
    }
  }
  return false;
}

bool Evaluator::test(std::uint32_t index) {
  const Node& node = nodes_[index];
  work_.steps.spend(1);
  enter();
  switch (node.op) {
    case Op::and_:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (!test(argument(node, i))) {
          return false;
        }
      }
      return true;
    case Op::or_:
      for (std::uint32_t i = 0; i < node.count; ++i) {
        if (test(argument(node, i))) {
          return true;
        }
      }
      return false;
    case Op::not_:
      return !test(argument(node, 0));
    case Op::truth:
      return test(argument(node, 0));
    case Op::equal:
      return loosely_equal(operand(node, 0), operand(node, 1), work_);
    case Op::not_equal:
      return !loosely_equal(operand(node, 0), operand(node, 1), work_);
    case Op::same:
      return strictly_equal(operand(node, 0), operand(node, 1));
    case Op::not_same:
      return !strictly_equal(operand(node, 0), operand(node, 1));
    case Op::less:
    case Op::less_equal: {
      if (node.count > 2) {
        return compare_in_order(node);
      }
      const std::partial_ordering order = compare(operand(node, 0), operand(node, 1), work_);
      return order < 0 || (node.op == Op::less_equal && order == 0);
    }
    case Op::greater:
      return compare(operand(node, 0), operand(node, 1), work_) > 0;
    case Op::greater_equal:
      return compare(operand(node, 0), operand(node, 1), work_) >= 0;
    case Op::in_constants:
      return program_->lists_[node.detail].holds(operand(node, 0));
    case Op::in:
      return is_in(node);
    case Op::root_path:
      return truthy(or_default(resolve(node.detail), node, 0));
    default:
      return test_slowly(node);
  }
}

[[gnu::noinline]] bool Evaluator::test_slowly(const Node& node) {
  switch (node.op) {
    case Op::missing_paths:
      return any_missing(node);
    case Op::text_matches:
      return test_pattern(node);
    default:
      return is_array_test(node.op) ? test_items(node) : truthy(run(static_cast<std::uint32_t>(&node - nodes_)));
  }
}

Value Evaluator::run(std::uint32_t index) {
  const Node& node = nodes_[index];
  switch (node.op) {
    case Op::constant:
      return node.constant;
    case Op::scope_data:
      return *scope_;
    case Op::root_path:
      work_.steps.spend(1);
      return or_default(resolve(node.detail), node, 0);
    case Op::scope_path:
      work_.steps.spend(1);
      return or_default(scope_path(node), node, 0);
    case Op::not_:
    case Op::truth:
    case Op::equal:
    case Op::not_equal:
    case Op::same:
    case Op::not_same:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::in_constants:
    case Op::in:
    case Op::all:
    case Op::some:
    case Op::none:
    case Op::text_matches:
      return of_boolean(test(index));
    case Op::dynamic_path:
      work_.steps.spend(1);
      return dynamic_path(node);
    default:
      work_.steps.spend(1);
      return run_other(node);
  }
}

} // namespace lifecycle::condition
