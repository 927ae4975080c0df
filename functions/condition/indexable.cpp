#include "functions/condition/indexable.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "functions/condition/evaluate.hpp"
#include "functions/condition/items.hpp"
#include "functions/condition/rule.hpp"
#include "functions/core/error.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/mapping/quote.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::condition {
namespace {

constexpr std::size_t most_alternatives = 100; // of one list; a longer one is known by its key alone
constexpr std::size_t longest_condition = 64UL * 1024;

// What follows from a part of the rule: nothing at all, that it never holds, or a condition in SQL.
struct Implied {
  enum class Kind : std::uint8_t { anything, never, condition };

  Kind kind;
  std::string sql;
};

Implied anything() { return {Implied::Kind::anything, {}}; }
Implied never() { return {Implied::Kind::never, {}}; }

Implied of_truth(bool truth) { return truth ? anything() : never(); }

Implied join(const std::vector<Implied>& parts, bool all) {
  const Implied::Kind deciding = all ? Implied::Kind::never : Implied::Kind::anything;
  std::vector<std::string_view> terms;
  for (const Implied& part : parts) {
    if (part.kind == deciding) {
      return part;
    }
    if (part.kind == Implied::Kind::condition &&
        std::find(terms.begin(), terms.end(), std::string_view(part.sql)) == terms.end()) {
      terms.emplace_back(part.sql);
    }
  }
  if (terms.empty()) {
    return of_truth(all);
  }
  Implied joined{Implied::Kind::condition, {}};
  for (const std::string_view term : terms) {
    if (!joined.sql.empty()) {
      joined.sql += all ? " AND " : " OR ";
    }
    joined.sql += term;
  }
  if (terms.size() > 1) {
    joined.sql = "(" + joined.sql + ")";
  }
  return joined.sql.size() > longest_condition ? anything() : joined;
}

// A JSON string, which is one of SQL/JSON path too.
std::string json_string(std::string_view text) {
  std::string escaped(json::escaped_bound(text.size()) + 1, '\0');
  char* const end = json::write_escaped_bytes(escaped.data() + 1, text.data(), text.size());
  escaped[0] = '"';
  *end = '"';
  escaped.resize(static_cast<std::size_t>(end + 1 - escaped.data()));
  return escaped;
}

// A var without a default, or a key that is asked for.
struct Path {
  std::string text;
  std::vector<Key> keys; // within the column; names are views into text
};

class Prefilter {
 public:
  Prefilter(std::string_view path, std::string_view expression) : path_(path), expression_(expression) { path_ += '.'; }

  // What follows where the rule is true, or where it is false.
  Implied implied(const Value& rule, bool truth) {
    check_stack();
    const std::optional<Operation> operation = as_operation(rule);
    if (!operation) {
      return rule.kind == Kind::array ? of_truth((item_count(rule) > 0) == truth) : of_truth(truthy(rule) == truth);
    }
    switch (operation->known->op) {
      case Op::and_:
      case Op::or_:
        return implied_by_all(operation->arguments, truth, (operation->known->op == Op::and_) == truth);
      case Op::not_:
        return implied(operation->arguments[0], !truth);
      case Op::truth:
        return implied(operation->arguments[0], truth);
      case Op::if_:
        return implied_by_if(operation->arguments, truth);
      default:
        return implied_by_leaf(rule, *operation, truth);
    }
  }

 private:
  Implied implied_by_all(const std::vector<Value>& parts, bool truth, bool all) {
    std::vector<Implied> implications;
    implications.reserve(parts.size());
    for (const Value& part : parts) {
      implications.push_back(implied(part, truth));
    }
    return join(implications, all);
  }

  // One of the branches was taken, its condition being true.
  Implied implied_by_if(const std::vector<Value>& parts, bool truth) {
    std::vector<Implied> branches;
    std::size_t i = 0;
    for (; i + 1 < parts.size(); i += 2) {
      branches.push_back(join({implied(parts[i], true), implied(parts[i + 1], truth)}, true));
    }
    branches.push_back(i < parts.size() ? implied(parts[i], truth) : of_truth(!truth));
    return join(branches, false);
  }

  Implied implied_by_leaf(const Value& rule, const Operation& operation, bool truth) {
    const Op op = operation.known->op;
    if (op == (truth ? Op::same : Op::not_same) || op == (truth ? Op::equal : Op::not_equal)) {
      const Value& first = operation.arguments[0];
      const Value& second = operation.arguments[1];
      const bool loose = op == Op::equal || op == Op::not_equal;
      for (const auto& [var, constant] : {std::pair(first, second), std::pair(second, first)}) {
        Path path;
        if (is_scalar_constant(constant) && find_path(var, path)) {
          Implied equality = loose ? implied_by_loose_equality(path, constant) : implied_by_equality(path, constant);
          if (equality.kind == Implied::Kind::condition) {
            return equality;
          }
        }
      }
    }
    if (op == Op::in && truth) {
      Implied membership = implied_by_membership(operation);
      if (membership.kind != Implied::Kind::anything) {
        return membership;
      }
    }
    return implied_by_absence(rule, truth);
  }

  static bool is_scalar_constant(const Value& value) { return value.kind < Kind::array; }

  // Of {"var": "user.attributes.a.b"} the path within the column, if each of its keys can only be a member's.
  bool find_path(const Value& rule, Path& path) {
    const std::optional<Operation> operation = as_operation(rule);
    if (!operation || operation->known->op != Op::var || operation->arguments.size() != 1 ||
        operation->arguments[0].kind != Kind::text) {
      return false;
    }
    path.text = operation->arguments[0].view();
    return split(path) && std::none_of(path.keys.begin(), path.keys.end(), may_be_no_member);
  }

  bool split(Path& path) const {
    const std::string_view text = path.text;
    if (!text.starts_with(path_)) {
      return false;
    }
    for (std::size_t begin = path_.size(); begin <= text.size();) {
      const std::size_t end = std::min(text.find('.', begin), text.size());
      path.keys.push_back(make_key(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    return true;
  }

  // Elements of arrays, characters, lengths.
  static bool may_be_no_member(const Key& key) { return key.is_index || key.is_length; }

  std::string scalar_json(const Value& value) {
    switch (value.kind) {
      case Kind::text:
        return json_string(value.view());
      case Kind::number:
        return std::string(number_text(value, work_));
      default:
        return value.kind == Kind::yes ? "true" : "false";
    }
  }

  Implied condition(std::string_view operation, std::string_view literal, std::string_view type) const {
    Implied condition{Implied::Kind::condition, expression_};
    condition.sql += operation;
    condition.sql += mapping::quote_literal(literal);
    condition.sql += type;
    return condition;
  }

  // var === constant: the member is there and is the constant.
  Implied implied_by_equality(const Path& path, const Value& constant) {
    if (constant.kind <= Kind::null) {
      return anything();
    }
    std::string document;
    for (const Key& key : path.keys) {
      document += '{' + json_string(key.name) + ": ";
    }
    document += scalar_json(constant);
    document.append(path.keys.size(), '}');
    return condition(" @> ", document, "::jsonb");
  }

  // var == text holds for that text and for arrays of nothing but it; where the text is no number, boolean, list or
  // object in JavaScript's eyes, for nothing else.
  Implied implied_by_loose_equality(const Path& path, const Value& constant) const {
    if (constant.kind != Kind::text || constant.size == 0) {
      return anything();
    }
    const std::string_view text = constant.view();
    if (!std::isnan(text_to_real(text)) || text.find(',') != std::string_view::npos || text == "true" ||
        text == "false" || text == "null" || text == "[object Object]") {
      return anything();
    }
    std::string query = "$";
    for (const Key& key : path.keys) {
      query += '.' + json_string(key.name);
    }
    query += ".** == " + json_string(text);
    return condition(" @@ ", query, "::jsonpath");
  }

  // var in a list of constants: one of the equalities.
  Implied implied_by_membership(const Operation& operation) {
    Path path;
    const Value& list = operation.arguments[1];
    if (list.kind != Kind::array || item_count(list) > most_alternatives || !find_path(operation.arguments[0], path)) {
      return anything();
    }
    std::vector<Implied> equalities;
    bool known = true;
    for_each_item(list, [&](const Value& item) {
      if (is_scalar_constant(item)) {
        equalities.push_back(implied_by_equality(path, item));
      } else if (as_operation(item) || item.kind == Kind::array) {
        known = false; // it may become anything
      }
      return known;
    });
    return known ? join(equalities, false) : anything();
  }

  // Where the leaf would not come out so with all its paths leading nowhere, one of their keys is there.
  Implied implied_by_absence(const Value& rule, bool truth) {
    std::vector<std::string> keys;
    if (!find_keys(rule, keys) || keys.empty()) {
      return anything();
    }
    try {
      const auto program = Program::compile(rule, RuleForm::any);
      const Document nothing(null_value());
      if (evaluator_.matches(*program, nothing, 0) == truth) {
        return anything();
      }
    } catch (const Error&) {
      return anything(); // a limit; it will be met again where the rule is evaluated
    }
    std::vector<Implied> alternatives;
    alternatives.reserve(keys.size());
    for (const std::string& key : keys) {
      alternatives.push_back(condition(" ? ", key, ""));
    }
    return join(alternatives, false);
  }

  // The column's keys that the leaf looks at. False where it depends on anything else.
  bool find_keys(const Value& rule, std::vector<std::string>& keys) {
    check_stack();
    const std::optional<Operation> operation = as_operation(rule);
    if (!operation) {
      bool known = true;
      if (rule.kind == Kind::array) {
        for_each_item(rule, [&](const Value& item) { return known = find_keys(item, keys); });
      }
      return known;
    }
    switch (operation->known->op) {
      case Op::time_now:
      case Op::missing_some:
        return false;
      case Op::var:
        if (operation->arguments.empty() || !add_key(operation->arguments[0], keys)) {
          return false;
        }
        return operation->arguments.size() == 1 || find_keys(operation->arguments[1], keys);
      case Op::missing:
        return std::all_of(operation->arguments.begin(), operation->arguments.end(),
                           [&](const Value& key) { return add_key(key, keys); });
      default:
        break;
    }
    for (std::size_t i = 0; i < operation->arguments.size(); ++i) {
      // What map and its like do with elements depends on them alone.
      if (is_inner(operation->known->op, i) ? has_now(operation->arguments[i])
                                            : !find_keys(operation->arguments[i], keys)) {
        return false;
      }
    }
    return true;
  }

  static bool has_now(const Value& rule) {
    check_stack();
    const std::optional<Operation> operation = as_operation(rule);
    if (operation) {
      return operation->known->op == Op::time_now ||
             std::any_of(operation->arguments.begin(), operation->arguments.end(), has_now);
    }
    bool found = false;
    if (rule.kind == Kind::array) {
      for_each_item(rule, [&found](const Value& item) { return !(found = has_now(item)); });
    }
    return found;
  }

  bool add_key(const Value& name, std::vector<std::string>& keys) const {
    if (name.kind != Kind::text) {
      return false;
    }
    Path path{std::string(name.view()), {}};
    if (!split(path) || may_be_no_member(path.keys[0])) {
      return false;
    }
    keys.emplace_back(path.keys[0].name);
    return true;
  }

  std::string path_; // with a point at its end
  std::string expression_;
  Evaluator evaluator_;
  Workspace work_;
};

} // namespace

std::optional<std::string> indexable_condition(std::string_view rule, std::string_view path,
                                               std::string_view expression) {
  const auto program = Program::compile(rule, RuleForm::condition); // refuses what is no condition
  Prefilter prefilter(path, expression);
  Implied implied = prefilter.implied(root_value(rule), true);
  switch (implied.kind) {
    case Implied::Kind::anything:
      return std::nullopt;
    case Implied::Kind::never:
      return "false";
    default:
      return implied.sql;
  }
}

} // namespace lifecycle::condition
