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

// Whether any column is searched for secrets. Server code: raises 42804 for one that can have none in it.
bool searches(const row::RowPlan& plan, const ColumnChecks* checks);

// Of a value that is not null.
inline bool keeps_contract(row::Form form, const ColumnChecks& check, Datum value, bool& is_null) {
  switch (form) {
    case row::Form::text:
      if (check.asks_text()) {
        const std::string_view text = row::bytes_of(value);
        if (check.empty_is_null && text.empty()) {
          is_null = true;
          return !check.required;
        }
        return check.takes_text(text);
      }
      return true;
    case row::Form::timestamptz:
      return is_in_exported_years(DatumGetTimestampTz(value));
    case row::Form::numeric:
      return row::read_decimal(row::bytes_of(value)).kind == row::Decimal::Kind::finite;
    default:
      return true;
  }
}

inline bool is_secret(const secret::RuleSet& rules, row::Form form, Datum value) {
  const std::string_view bytes = row::bytes_of(value);
  return rules.might_find(bytes) && secret::has_secret(rules, bytes, form == row::Form::jsonb);
}

// Whether a value keeps what the contract asks of its column. An empty text becomes null where the contract says so.
// rules: where any column is searched.
inline bool takes_value(row::Form form, const ColumnChecks& check, Datum value, bool& is_null,
                        const secret::RuleSet* rules) {
  if (is_null ? check.required : !keeps_contract(form, check, value, is_null)) {
    return false;
  }
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): there are rules where anything is searched
  return !check.searched || is_null || !is_secret(*rules, form, value);
}

} // namespace lifecycle::exporting
