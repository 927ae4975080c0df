// Rules into SQL. Names, literals and zones reach the SQL only through quote_identifier and quote_literal. Built-in
// names are not schema-qualified: the expressions are run under search_path = pg_catalog, pg_temp.
#include <algorithm>
#include <array>

#include "functions/mapping/mapping.hpp"
#include "functions/mapping/quote.hpp"
#include "functions/mapping/rules.hpp"

#include "functions/core/pure.hpp"

namespace lifecycle::mapping {
namespace {

constexpr std::size_t max_arguments = 100;       // of a function call, in every server built with the defaults
constexpr char blanks[] = R"(E' \t\n\x0B\f\r')"; // what parse_time skips around a value
constexpr std::size_t shown_raw = 200;

std::string_view sql_type(TargetKind kind) {
  constexpr std::array<std::string_view, 7> types = {"text", "bigint",      "numeric", "boolean",
                                                     "uuid", "timestamptz", "jsonb"};
  return types[static_cast<std::size_t>(kind)];
}

// What reads a text as a value of the kind, null where it is none.
std::string_view reader(TargetKind kind) {
  switch (kind) {
    case TargetKind::integer:
      return "lifecycle._integer_or_null";
    case TargetKind::number:
      return "lifecycle._number_or_null";
    default:
      return "lifecycle._uuid_or_null";
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string joined;
  for (const std::string& part : parts) {
    joined.append(joined.empty() ? "" : between).append(part);
  }
  return joined;
}

std::string coalesce(const std::vector<std::string>& parts) {
  return parts.size() == 1 ? parts.front() : "COALESCE(" + join(parts, ", ") + ')';
}

class Emitter {
 public:
  explicit Emitter(const Relation& relation) : relation_(relation), used_(relation.columns.size()) {}

  CompiledColumn emit(const Rule& rule, TargetKind kind) {
    CompiledColumn column;
    if (!rule.keys.empty()) {
      column.expression = object(rule);
      if (const std::string unfit = unfit_member(rule); !unfit.empty()) {
        column.expression = "CASE WHEN " + unfit + " THEN NULL ELSE " + column.expression + " END";
        column.raw = "CASE WHEN " + unfit + " THEN ''::text END";
      }
      return column;
    }
    const auto may_fail = [&](const Term& term) { return is_fallible(term, kind); };
    if (std::any_of(rule.first.begin(), rule.first.end(), may_fail)) {
      column.expression = first_present(rule, kind);
      column.raw = raw(rule, kind);
    } else {
      std::vector<std::string> values;
      for (const Term& term : rule.first) {
        values.push_back(value(term, kind));
      }
      column.expression = coalesce(values);
    }
    if (rule.first.size() == 1) {
      const Term& term = rule.first.front();
      column.only_column = term.column;
      column.plain_column = term.translation.empty() ? term.column : std::nullopt;
    }
    return column;
  }

  std::string change_value(std::size_t column, const std::string& zone) { return time_value({column, {}, zone}); }

  [[nodiscard]] std::vector<bool> used() const { return used_; }

 private:
  std::string reference(std::size_t column) {
    used_[column] = true;
    return "s." + quote_identifier(relation_.columns[column].name);
  }

  [[nodiscard]] SourceKind kind_of(const Term& term) const { return relation_.columns[*term.column].kind; }

  // Collations are pinned: the columns of one COALESCE may have different ones, which would leave it without any.
  std::string text(std::size_t column) { return reference(column) + R"(::text COLLATE "C")"; }

  // An empty text is how files write an absent value.
  std::string present_text(const Term& term) {
    std::string plain =
        kind_of(term) == SourceKind::text ? "NULLIF(" + text(*term.column) + ", '')" : text(*term.column);
    if (term.translation.empty()) {
      return plain;
    }
    std::string expression = "CASE " + plain;
    for (const auto& [from, to] : term.translation) {
      expression += " WHEN " + quote_literal(from) + " THEN " + (to ? quote_literal(*to) + "::text" : "NULL::text");
    }
    return expression + " ELSE " + plain + " END";
  }

  // Whether a value may be there that is none of the target's kind.
  [[nodiscard]] bool is_fallible(const Term& term, TargetKind kind) const {
    if (kind == TargetKind::time) {
      return true;
    }
    if (!term.column || kind == TargetKind::text) {
      return false;
    }
    if (kind == TargetKind::json) {
      return kind_of(term) == SourceKind::json;
    }
    return !term.translation.empty() || kind_of(term) == SourceKind::text ||
           (kind == TargetKind::integer && kind_of(term) == SourceKind::numeric);
  }

  std::string value(const Term& term, TargetKind kind) {
    if (kind == TargetKind::time) {
      return time_value(term);
    }
    if (!term.column) {
      const std::string literal = quote_literal(term.constant) + "::" + std::string(sql_type(kind));
      return kind == TargetKind::text ? literal + R"( COLLATE "C")" : literal;
    }
    if (kind == TargetKind::text) {
      return present_text(term);
    }
    if (kind == TargetKind::json && kind_of(term) == SourceKind::json) {
      return "CASE WHEN " + unfit(*term.column) + " THEN NULL ELSE " + reference(*term.column) + "::jsonb END";
    }
    if (!term.translation.empty() || kind_of(term) == SourceKind::text) {
      return std::string(reader(kind)) + '(' + present_text(term) + ')';
    }
    if (is_fallible(term, kind)) { // a numeric that may not be whole
      const std::string number = reference(*term.column) + "::numeric";
      return "CASE WHEN " + number + " = trunc(" + number + ") AND " + number +
             " BETWEEN -9223372036854775808 AND 9223372036854775807 THEN " + number + "::bigint END";
    }
    return reference(*term.column) + "::" + std::string(sql_type(kind));
  }

  std::string time_value(const Term& term) {
    const std::string zone = quote_literal(term.zone) + "::text";
    if (!term.column) {
      return "lifecycle.parse_time(" + quote_literal(term.constant) + "::text, " + zone + ')';
    }
    switch (kind_of(term)) {
      case SourceKind::timestamptz:
        return reference(*term.column) + "::timestamptz";
      case SourceKind::timestamp:
        return "lifecycle._utc_time(" + reference(*term.column) + "::timestamp, " + zone + ')';
      case SourceKind::date:
        return "lifecycle._utc_time(" + reference(*term.column) + "::date, " + zone + ')';
      default:
        return "lifecycle.parse_time(" + text(*term.column) + ", " + zone + ')';
    }
  }

  // The value as the source has it, null where it is absent: for a time a blank text is.
  std::string raw_value(const Term& term, TargetKind kind) {
    if (!term.column) {
      return quote_literal(term.constant) + "::text";
    }
    if (kind != TargetKind::time) {
      return present_text(term);
    }
    return kind_of(term) == SourceKind::text ? "NULLIF(btrim(" + text(*term.column) + ", " + blanks + "), '')"
                                             : text(*term.column);
  }

  // The first value that is present decides, readable or not: falling through to the next would hide the bad one.
  std::string first_present(const Rule& rule, TargetKind kind) {
    if (rule.first.size() == 1) {
      return value(rule.first.front(), kind);
    }
    std::string expression = "CASE";
    for (const Term& term : rule.first) {
      if (&term == &rule.first.back()) {
        expression += " ELSE " + value(term, kind);
      } else {
        expression += " WHEN " + presence(term, kind) + " IS NOT NULL THEN " + value(term, kind);
      }
    }
    return expression + " END";
  }

  std::string presence(const Term& term, TargetKind kind) {
    const bool may_be_blank = kind_of(term) == SourceKind::text || !term.translation.empty();
    return may_be_blank ? raw_value(term, kind) : reference(*term.column);
  }

  std::string raw(const Rule& rule, TargetKind kind) {
    if (kind == TargetKind::json) {
      return unfit_choice(rule);
    }
    std::vector<std::string> values;
    for (const Term& term : rule.first) {
      values.push_back(raw_value(term, kind));
    }
    return "left(" + coalesce(values) + ", " + std::to_string(shown_raw) + ')';
  }

  // That the column's value, if there is one, cannot become a jsonb.
  std::string unfit(std::size_t column) {
    const bool is_json = relation_.columns[column].kind == SourceKind::json;
    return "lifecycle._fits_jsonb(" + (is_json ? reference(column) + "::json" : "to_json(" + reference(column) + ')') +
           ") IS FALSE";
  }

  std::string unfit_member(const Rule& rule) {
    std::vector<std::string> conditions;
    for (const auto& [key, column] : rule.keys) {
      if (relation_.columns[column].holds_json) {
        conditions.push_back(unfit(column));
      }
    }
    return join(conditions, " OR ");
  }

  // As first_present() chooses.
  std::string unfit_choice(const Rule& rule) {
    std::string expression = "CASE";
    for (const Term& term : rule.first) {
      expression += " WHEN " + reference(*term.column) + " IS NOT NULL THEN ";
      expression += kind_of(term) == SourceKind::json ? "CASE WHEN " + unfit(*term.column) + " THEN ''::text END"
                                                      : std::string("NULL::text");
    }
    return expression + " END";
  }

  // One call holds a limited number of arguments, a relation up to 1,600 columns.
  std::string object(const Rule& rule) {
    std::vector<std::string> calls;
    for (std::size_t from = 0; from < rule.keys.size(); from += max_arguments - 1) {
      const std::size_t until = std::min(from + max_arguments - 1, rule.keys.size());
      std::vector<std::string> names;
      std::vector<std::string> values;
      for (std::size_t i = from; i < until; ++i) {
        names.push_back(quote_literal(rule.keys[i].first));
        values.push_back(reference(rule.keys[i].second));
      }
      calls.push_back("lifecycle._payload(ARRAY[" + join(names, ", ") + "]::text[], " + join(values, ", ") + ')');
    }
    return calls.size() == 1 ? calls.front() : '(' + join(calls, " || ") + ')';
  }

  const Relation& relation_;
  std::vector<bool> used_;
};

} // namespace

Compiled compile(std::string_view document, const Relation& relation, const Targets& targets, ZoneCheck zone_exists) {
  Rules rules = read_rules(document, relation, targets, zone_exists);
  Emitter emitter(relation);
  Compiled compiled;
  for (std::size_t i = 0; i < targets.columns.size(); ++i) {
    const Target& target = targets.columns[i];
    if (rules.columns[i]) {
      compiled.columns.push_back(emitter.emit(*rules.columns[i], target.kind));
    } else {
      const bool is_given = target.required && target.valid_values.size() == 1;
      CompiledColumn column;
      column.expression = is_given ? quote_literal(target.valid_values.front()) : "NULL";
      column.expression.append("::").append(sql_type(target.kind));
      compiled.columns.push_back(std::move(column));
    }
  }
  if (rules.change_column) {
    compiled.change_column = rules.change_column;
    compiled.change_value = emitter.change_value(*rules.change_column, rules.zone);
  }
  compiled.used = emitter.used();
  compiled.warnings = std::move(rules.warnings);
  return compiled;
}

} // namespace lifecycle::mapping
