// if and or, missing, arithmetic, merge: what gives any value.
#include <cmath>
#include <limits>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/items.hpp"
#include "functions/condition/relative_time.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

bool counts_as_missing(const Value& value) {
  return value.kind <= Kind::null || (value.kind == Kind::text && value.size == 0);
}

// Collects the elements of a list whose length is known.
class ListBuilder {
 public:
  ListBuilder(std::uint32_t most, Workspace& work) : work_(work), items_(work.arena.allocate_array<Value>(most)) {}

  void add(const Value& value) { items_[count_++] = value; }

  Value finish() {
    auto* const list = work_.arena.allocate_array<List>(1);
    *list = {items_, count_};
    return of_list(list);
  }

 private:
  Workspace& work_;
  Value* items_;
  std::uint32_t count_ = 0;
};

double parsed(const Value& value, Workspace& work) {
  return is_number(value) ? to_real(value) + 0.0 : parse_real(to_text(value, work));
}

} // namespace

[[gnu::noinline]] Value Evaluator::run_other(const Node& node) {
  enter();
  switch (node.op) {
    case Op::if_:
      return run_if(node);
    case Op::and_:
    case Op::or_: {
      Value value = null_value();
      for (std::uint32_t i = 0; i < node.count; ++i) {
        value = run(argument(node, i));
        if (truthy(value) == (node.op == Op::or_)) {
          break;
        }
      }
      return value;
    }
    case Op::list:
      return run_list(node);
    case Op::missing:
    case Op::missing_paths:
      return run_missing(node);
    case Op::missing_some:
      return run_missing_some(node);
    case Op::max:
    case Op::min:
      return run_extreme(node);
    case Op::add:
      return run_sum(node);
    case Op::multiply:
      return run_product(node);
    case Op::subtract:
    case Op::divide:
    case Op::remainder:
      return run_arithmetic(node);
    case Op::map:
      return run_map(node);
    case Op::filter:
      return run_filter(node);
    case Op::reduce:
      return run_reduce(node);
    case Op::merge:
      return run_merge(node);
    case Op::cat:
      return run_cat(node);
    case Op::substr:
      return run_substr(node);
    case Op::log:
      return run(argument(node, 0));
    case Op::time_now:
      return of_real(to_milliseconds(now_) + node.constant.real);
    case Op::time_ms: {
      const Value value = run(argument(node, 0));
      return value.kind == Kind::text ? of_real(text_to_milliseconds(value.view()))
             : is_number(value)       ? value
                                      : of_real(std::numeric_limits<double>::quiet_NaN());
    }
    case Op::text_lower:
      return run_lower(node);
    default:
      return null_value();
  }
}

[[gnu::noinline]] Value Evaluator::run_if(const Node& node) {
  std::uint32_t i = 0;
  for (; i + 1 < node.count; i += 2) {
    if (test(argument(node, i))) {
      return run(argument(node, i + 1));
    }
  }
  return i < node.count ? run(argument(node, i)) : null_value();
}

[[gnu::noinline]] Value Evaluator::run_list(const Node& node) {
  ListBuilder list(node.count, work_);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    list.add(run(argument(node, i)));
  }
  return list.finish();
}

[[gnu::noinline]] Value Evaluator::run_missing(const Node& node) {
  if (node.op == Op::missing_paths) {
    ListBuilder list(node.count / 2, work_);
    for (std::uint32_t i = 0; i < node.count; i += 2) {
      if (counts_as_missing(run(argument(node, i + 1)))) {
        list.add(run(argument(node, i)));
      }
    }
    return list.finish();
  }
  const Value keys = run_list(node);
  if (keys.list->count > 0 && is_array(keys.list->items[0])) {
    const Value first = keys.list->items[0];
    ListBuilder list(item_count(first), work_);
    for_each_item(first, [&](const Value& key) {
      list.add(key);
      return true;
    });
    const Value inner = list.finish();
    return run_missing_keys(inner.list->items, inner.list->count);
  }
  return run_missing_keys(keys.list->items, keys.list->count);
}

// Of keys that the evaluation has found. An array among them is a key and a default, as var has it.
[[gnu::noinline]] Value Evaluator::run_missing_keys(const Value* keys, std::uint32_t count) {
  ListBuilder list(count, work_);
  for (std::uint32_t i = 0; i < count; ++i) {
    work_.steps.spend(1);
    Value path = keys[i];
    Value otherwise = null_value();
    if (is_array(path)) {
      Value parts[2] = {null_value(), null_value()};
      std::uint32_t part = 0;
      for_each_item(path, [&](const Value& item) {
        parts[part++] = item;
        return part < 2;
      });
      path = parts[0];
      otherwise = parts[1];
    }
    const bool whole = path.kind == Kind::null || (path.kind == Kind::text && path.size == 0);
    const Value found = whole ? *scope_ : find_path(to_text(path, work_));
    if (counts_as_missing(found.kind == Kind::missing ? otherwise : found)) {
      list.add(keys[i]);
    }
  }
  return list.finish();
}

[[gnu::noinline]] Value Evaluator::run_missing_some(const Node& node) {
  const double needed = to_number(run(argument(node, 0)), work_);
  const Value options = run(argument(node, 1));
  if (!is_array(options)) {
    const Value missing = run_missing_keys(&options, 1);
    return 1 - static_cast<double>(missing.list->count) >= needed ? ListBuilder(0, work_).finish() : missing;
  }
  const std::uint32_t count = item_count(options);
  Value keys = options;
  if (count > 0) {
    for_each_item(options, [&](const Value& first) {
      keys = is_array(first) ? first : options;
      return false;
    });
  }
  ListBuilder list(item_count(keys), work_);
  for_each_item(keys, [&](const Value& key) {
    list.add(key);
    return true;
  });
  const Value all = list.finish();
  const Value missing = run_missing_keys(all.list->items, all.list->count);
  const double present = static_cast<double>(count) - static_cast<double>(missing.list->count);
  return present >= needed ? ListBuilder(0, work_).finish() : missing;
}

[[gnu::noinline]] Value Evaluator::run_arithmetic(const Node& node) {
  const double left = to_number(run(argument(node, 0)), work_);
  if (node.count == 1) {
    return of_real(-left);
  }
  const double right = to_number(run(argument(node, 1)), work_);
  switch (node.op) {
    case Op::subtract:
      return of_real(left - right);
    case Op::divide:
      return of_real(left / right);
    default:
      return of_real(std::fmod(left, right));
  }
}

[[gnu::noinline]] Value Evaluator::run_sum(const Node& node) {
  double sum = 0;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    sum += parsed(run(argument(node, i)), work_);
  }
  return of_real(sum);
}

// One factor alone is given as it is.
[[gnu::noinline]] Value Evaluator::run_product(const Node& node) {
  const Value first = run(argument(node, 0));
  if (node.count == 1) {
    return first;
  }
  double product = parsed(first, work_);
  for (std::uint32_t i = 1; i < node.count; ++i) {
    product = (product + 0.0) * parsed(run(argument(node, i)), work_);
  }
  return of_real(product);
}

// A number that was stored stays what it is; all else counts as the number it is turned into.
[[gnu::noinline]] Value Evaluator::run_extreme(const Node& node) {
  Value best{};
  for (std::uint32_t i = 0; i < node.count; ++i) {
    const Value value = run(argument(node, i));
    const Value number = is_number(value) ? value : of_real(to_number(value, work_));
    const std::partial_ordering order = i == 0 ? std::partial_ordering::equivalent : compare_numbers(number, best);
    const bool is_nan = number.kind == Kind::real && std::isnan(number.real); // the extreme of all, once met
    if (i == 0 || is_nan || (node.op == Op::max ? order > 0 : order < 0)) {
      best = number;
    }
  }
  return best;
}

[[gnu::noinline]] Value Evaluator::run_merge(const Node& node) {
  const Value parts = run_list(node);
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < parts.list->count; ++i) {
    total += is_array(parts.list->items[i]) ? item_count(parts.list->items[i]) : 1;
  }
  work_.steps.spend(total);
  ListBuilder list(static_cast<std::uint32_t>(total), work_);
  for_each_item(parts, [&](const Value& part) {
    if (!is_array(part)) {
      list.add(part);
      return true;
    }
    for_each_item(part, [&](const Value& item) {
      list.add(item);
      return true;
    });
    return true;
  });
  return list.finish();
}

} // namespace lifecycle::condition
