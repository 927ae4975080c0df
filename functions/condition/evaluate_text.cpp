// cat, substr and our own operators on texts.
#include <algorithm>
#include <cmath>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/items.hpp"
#include "functions/condition/lower_case.hpp"
#include "functions/condition/regular_expression.hpp"
#include "functions/condition/utf16.hpp"
#include "functions/core/error.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

// ECMAScript's ToIntegerOrInfinity.
double whole(double value) { return std::isnan(value) ? 0 : std::trunc(value); }

// String.prototype.substr. No length: to the end.
std::string_view substr(std::string_view text, double start, double length, Workspace& work) {
  const auto size = static_cast<double>(utf16_length(text));
  const double begin = start < 0 ? std::max(0.0, size + start) : std::min(start, size);
  const double end = std::min(begin + std::max(length, 0.0), size);
  return utf16_slice(text, static_cast<std::size_t>(begin), static_cast<std::size_t>(std::max(begin, end)), work);
}

} // namespace

[[gnu::noinline]] Value Evaluator::run_cat(const Node& node) {
  auto* const parts = work_.arena.allocate_array<std::string_view>(node.count);
  std::size_t size = 0;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    parts[i] = to_joined_text(run(argument(node, i)), work_);
    size += parts[i].size();
  }
  check_value_size(size);
  char* const out = work_.allocate_text(size);
  char* to = out;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    to += parts[i].copy(to, parts[i].size());
  }
  return of_text({out, size});
}

[[gnu::noinline]] Value Evaluator::run_substr(const Node& node) {
  const std::string_view text = to_text(run(argument(node, 0)), work_);
  const double start = whole(to_number(run(argument(node, 1)), work_));
  work_.steps.spend(text.size() / Workspace::bytes_per_step);
  const double to_the_end = std::numeric_limits<double>::infinity();
  if (node.count < 3) {
    return of_text(substr(text, start, to_the_end, work_));
  }
  const Value last = run(argument(node, 2));
  const double length = to_number(last, work_);
  if (length < 0) {
    // Counted from the end; JavaScript appends a text to the length instead of adding it, which leaves nothing.
    const std::string_view rest = substr(text, start, to_the_end, work_);
    const double kept = is_number(last) ? static_cast<double>(utf16_length(rest)) + length : 0;
    return of_text(substr(rest, 0, whole(kept), work_));
  }
  return of_text(substr(text, start, whole(length), work_));
}

[[gnu::noinline]] Value Evaluator::run_lower(const Node& node) {
  const Value value = run(argument(node, 0));
  return value.kind <= Kind::null ? value : of_text(lower_case(to_text(value, work_), work_));
}

[[gnu::noinline]] bool Evaluator::test_pattern(const Node& node) {
  const Value value = run(argument(node, 0));
  const Value pattern = run(argument(node, 1));
  if (value.kind <= Kind::null) {
    return false;
  }
  if (pattern.kind != Kind::text) {
    throw Error(sqlstate::invalid_parameter_value, "invalid regular expression",
                "The pattern of text.matches is no string.", "Write it as a string.");
  }
  if (match_regular_expression == nullptr) {
    throw Error(sqlstate::invalid_parameter_value, "no regular expressions here",
                "text.matches needs an engine for them.", "Evaluate the rule in the server.");
  }
  const std::string_view text = to_text(value, work_);
  work_.steps.spend(1 + text.size() / Workspace::bytes_per_step);
  return match_regular_expression(pattern.view(), text);
}

} // namespace lifecycle::condition
