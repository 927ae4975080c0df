// Whether the values of a row keep a contract. Used inside guard.
#pragma once

#include "functions/export/row_checks.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/value_text_pg.hpp"
#include "functions/secret/find.hpp"
#include "functions/secret/rules.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace lifecycle::exporting {

// What is asked of a column, as little as a row's columns need one after the other: the rest is in ColumnChecks.
struct ColumnStep {
  row::Form form;
  bool required;
  bool asks_text;
  bool searched;
};

// One a column. Server code: raises 42804 for a column that is to be searched for secrets and can have none in it.
ColumnStep* plan_steps(const row::RowPlan& plan, const ColumnChecks* checks);

// Whether any column is searched for secrets.
bool searches(const ColumnStep* steps, int count);

inline bool is_secret(const secret::RuleSet& rules, row::Form form, std::string_view bytes) {
  return rules.might_find(bytes) && secret::has_secret(rules, bytes, form == row::Form::jsonb);
}

// Whether a value keeps what the contract asks of its column. An empty text becomes null where the contract says so.
// rules: where any column is searched.
[[gnu::always_inline]] inline bool takes_value(const ColumnStep& step, const ColumnChecks& check, Datum value,
                                               bool& is_null, const secret::RuleSet* rules) {
  if (is_null) {
    return !step.required;
  }
  switch (step.form) {
    case row::Form::text: {
      if (!step.asks_text && !step.searched) {
        return true;
      }
      const std::string_view text = row::bytes_of(value);
      if (text.empty() && check.empty_is_null) {
        is_null = true;
        return !step.required;
      }
      // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): there are rules where anything is searched
      return (!step.asks_text || check.takes_text(text)) && !(step.searched && is_secret(*rules, step.form, text));
    }
    case row::Form::timestamptz:
      return is_in_exported_years(DatumGetTimestampTz(value));
    case row::Form::numeric:
      return row::is_finite_decimal(row::bytes_of(value));
    case row::Form::jsonb:
      // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): as above
      return !(step.searched && is_secret(*rules, step.form, row::bytes_of(value)));
    default:
      return true;
  }
}

} // namespace lifecycle::exporting
