#include "functions/export/row_judge_pg.hpp"

#include <algorithm>

extern "C" {
#include "utils/builtins.h"
}

namespace lifecycle::exporting {

ColumnStep* plan_steps(const row::RowPlan& plan, const ColumnChecks* checks) {
  auto* const steps = static_cast<ColumnStep*>(palloc(sizeof(ColumnStep) * static_cast<Size>(plan.column_count)));
  for (int i = 0; i < plan.column_count; ++i) {
    const row::Form form = plan.columns[i].type.form;
    if (checks[i].searched && form != row::Form::text && form != row::Form::jsonb) {
      ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                      errmsg("column \"%s\" can have no secrets in it", checks[i].name.c_str()),
                      errdetail("It is of type %s.", format_type_be(plan.columns[i].type.type))));
    }
    steps[i] = {form, checks[i].required, checks[i].asks_text(), checks[i].searched};
  }
  return steps;
}

bool searches(const ColumnStep* steps, int count) {
  return std::any_of(steps, steps + count, [](const ColumnStep& step) { return step.searched; });
}

} // namespace lifecycle::exporting
