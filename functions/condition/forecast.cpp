#include "functions/condition/forecast.hpp"

#include <algorithm>
#include <cmath>

#include "functions/condition/coerce.hpp"
#include "functions/condition/items.hpp"
#include "functions/condition/rule.hpp"
#include "functions/core/interrupt.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {

// A comparison one side of which moves with time.
struct Forecast::Comparison {
  std::unique_ptr<Program> whole;
  std::vector<std::unique_ptr<Program>> sides;
};

// map and its like: what is inside looks into each element.
struct Forecast::Items {
  std::unique_ptr<Program> array;
  std::unique_ptr<Part> inside;
};

// Where in the rule time has a say, as far as one scope reaches.
struct Forecast::Part {
  std::vector<Comparison> comparisons;
  std::vector<Items> items;
};

namespace {

bool has_now(const Value& rule) {
  if (const std::optional<Operation> operation = as_operation(rule)) {
    return operation->known->op == Op::time_now ||
           std::any_of(operation->arguments.begin(), operation->arguments.end(), has_now);
  }
  bool found = false;
  if (rule.kind == Kind::array) {
    for_each_item(rule, [&found](const Value& item) { return !(found = has_now(item)); });
  }
  return found;
}

bool is_order(Op op) { return op >= Op::less && op <= Op::greater_equal; }

// Whether the value moves evenly with time or not at all: sums of time.now and what does not depend on it, stretched.
bool is_even(const Value& rule) {
  if (!has_now(rule)) {
    return true;
  }
  const std::optional<Operation> operation = as_operation(rule);
  if (!operation) {
    return false;
  }
  const std::vector<Value>& arguments = operation->arguments;
  switch (operation->known->op) {
    case Op::time_now:
      return true;
    case Op::add:
    case Op::subtract:
    case Op::time_ms:
      return std::all_of(arguments.begin(), arguments.end(), is_even);
    case Op::multiply:
      return std::count_if(arguments.begin(), arguments.end(), has_now) == 1 &&
             std::all_of(arguments.begin(), arguments.end(), is_even);
    case Op::divide:
      return is_even(arguments[0]) && !has_now(arguments[1]);
    default:
      return false;
  }
}

// Microseconds. Doubles tell milliseconds of our age to a fraction of one, so the exact turn is near where it was
// computed to be.
constexpr std::int64_t near = 10'000;
constexpr std::int64_t stride = std::int64_t{1} << 50U;                // some 35 years, to take the slope
constexpr std::int64_t last_moment = 9'223'371'331'200'000'000 - near; // of a timestamp

} // namespace

Forecast::~Forecast() = default;

std::unique_ptr<Forecast> Forecast::compile(std::string_view rule) {
  std::unique_ptr<Forecast> forecast(new Forecast());
  forecast->source_ = rule;
  forecast->whole_ = Program::compile(forecast->source_, RuleForm::condition);
  forecast->root_ = std::make_unique<Part>();
  const Value root = root_value(forecast->source_);
  if (has_now(root)) {
    forecast->time_use_ = TimeUse::foreseen;
    forecast->find_comparisons(root, *forecast->root_);
  }
  return forecast;
}

void Forecast::find_comparisons(const Value& rule, Part& part) {
  if (!has_now(rule) || time_use_ == TimeUse::unforeseen) {
    return;
  }
  const std::optional<Operation> operation = as_operation(rule);
  if (!operation) {
    for_each_item(rule, [&](const Value& item) {
      find_comparisons(item, part);
      return true;
    });
    return;
  }
  const Op op = operation->known->op;
  const std::vector<Value>& arguments = operation->arguments;
  if (is_order(op) && std::all_of(arguments.begin(), arguments.end(), is_even)) {
    part.comparisons.push_back(as_comparison(rule, arguments));
  } else if (is_inner(op, 1) && has_now(arguments[1])) {
    // Elements that come and go by time themselves, or are folded one into the next, have no turns of their own.
    if (op == Op::reduce || has_now(arguments[0])) {
      time_use_ = TimeUse::unforeseen;
      return;
    }
    part.items.push_back({Program::compile(arguments[0], RuleForm::any), std::make_unique<Part>()});
    Part& inside = *part.items.back().inside;
    find_comparisons(arguments[1], inside);
  } else if (op == Op::time_now) {
    time_use_ = TimeUse::unforeseen; // outside a comparison
  } else {
    find_in_arguments(arguments, part);
  }
}

void Forecast::find_in_arguments(const std::vector<Value>& arguments, Part& part) {
  for (const Value& argument : arguments) {
    find_comparisons(argument, part);
  }
}

Forecast::Comparison Forecast::as_comparison(const Value& rule, const std::vector<Value>& sides) {
  Comparison comparison{Program::compile(rule, RuleForm::any), {}};
  for (const Value& side : sides) {
    comparison.sides.push_back(Program::compile(side, RuleForm::any));
  }
  return comparison;
}

double Forecast::distance(const Program& left, const Program& right, const Document& document, std::int64_t now) {
  const double first = to_number(evaluator_.evaluate(left, document, now), evaluator_.workspace());
  const double second = to_number(evaluator_.evaluate(right, document, now), evaluator_.workspace());
  return first - second;
}

void Forecast::find_turns(const Comparison& comparison, const Document& document, std::int64_t now,
                          std::vector<std::int64_t>& turns) {
  for (std::size_t i = 0; i + 1 < comparison.sides.size(); ++i) {
    poll_interrupts();
    const Program& left = *comparison.sides[i];
    const Program& right = *comparison.sides[i + 1];
    const double here = distance(left, right, document, now);
    const double slope = (distance(left, right, document, now + stride) - here) / static_cast<double>(stride);
    const double away = -here / slope; // not finite where they never meet or one of them is no number
    if (!(away > static_cast<double>(-near)) || !(away < static_cast<double>(last_moment - now))) {
      continue;
    }
    const std::int64_t meeting = now + static_cast<std::int64_t>(away);
    std::int64_t before = std::max(now, meeting - near);
    std::int64_t after = meeting + near;
    const auto holds = [&](std::int64_t moment) { return evaluator_.matches(*comparison.whole, document, moment); };
    const bool result = holds(before);
    if (after <= before || holds(after) == result) {
      continue;
    }
    while (after - before > 1) {
      const std::int64_t middle = before + (after - before) / 2;
      (holds(middle) == result ? before : after) = middle;
    }
    turns.push_back(after);
  }
}

void Forecast::find_turns(const Part& part, const Document& document, std::int64_t now,
                          std::vector<std::int64_t>& turns) {
  for (const Comparison& comparison : part.comparisons) {
    find_turns(comparison, document, now, turns);
  }
  for (const Items& items : part.items) {
    Evaluator of_array; // of its own: elements may live in its memory
    const Value array = of_array.evaluate(*items.array, document, now);
    if (!is_array(array)) {
      continue;
    }
    for_each_item(array, [&](const Value& item) {
      find_turns(*items.inside, Document(item), now, turns);
      return true;
    });
  }
}

std::optional<std::int64_t> Forecast::next_change(const Document& document, std::int64_t now) {
  if (time_use_ == TimeUse::none) {
    return std::nullopt;
  }
  std::vector<std::int64_t> turns;
  find_turns(*root_, document, now, turns);
  std::sort(turns.begin(), turns.end());
  turns.erase(std::unique(turns.begin(), turns.end()), turns.end());
  const bool result = evaluator_.matches(*whole_, document, now);
  for (const std::int64_t turn : turns) {
    poll_interrupts();
    if (evaluator_.matches(*whole_, document, turn) != result) {
      return turn;
    }
  }
  return std::nullopt;
}

namespace {

void add_member(std::vector<std::string>& members, const Value& path) {
  if (path.kind == Kind::array) {
    for_each_item(path, [&](const Value& item) {
      add_member(members, item);
      return true;
    });
  }
  if (is_container(path)) {
    return;
  }
  Workspace work;
  work.begin();
  const std::string_view text = to_joined_text(path, work);
  const std::size_t first = text.find('.');
  const std::string_view begin = first == std::string_view::npos ? text : text.substr(0, text.find('.', first + 1));
  if (std::find(members.begin(), members.end(), begin) == members.end()) {
    members.emplace_back(begin);
  }
}

void find_members(const Value& rule, std::vector<std::string>& members) {
  const std::optional<Operation> operation = as_operation(rule);
  if (!operation) {
    if (rule.kind == Kind::array) {
      for_each_item(rule, [&](const Value& item) {
        find_members(item, members);
        return true;
      });
    }
    return;
  }
  const Op op = operation->known->op;
  for (std::size_t i = 0; i < operation->arguments.size(); ++i) {
    const Value& argument = operation->arguments[i];
    if ((op == Op::var && i == 0) || op == Op::missing || (op == Op::missing_some && i == 1)) {
      add_member(members, argument);
    }
    if (!is_inner(op, i)) {
      find_members(argument, members);
    }
  }
  if (op == Op::var && operation->arguments.empty()) {
    add_member(members, of_text(""));
  }
}

} // namespace

std::vector<std::string> document_members(std::string_view rule) {
  std::vector<std::string> members;
  const auto program = Program::compile(rule, RuleForm::condition); // refuses what is no condition
  find_members(root_value(rule), members);
  return members;
}

} // namespace lifecycle::condition
