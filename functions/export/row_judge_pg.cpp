#include "functions/export/row_judge_pg.hpp"

extern "C" {
#include "utils/builtins.h"
}

namespace lifecycle::exporting {

bool searches(const row::RowPlan& plan, const ColumnChecks* checks) {
  bool any = false;
  for (int i = 0; i < plan.column_count; ++i) {
    const row::Form form = plan.columns[i].type.form;
    if (checks[i].searched && form != row::Form::text && form != row::Form::jsonb) {
      ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                      errmsg("column \"%s\" can have no secrets in it", checks[i].name.c_str()),
                      errdetail("It is of type %s.", format_type_be(plan.columns[i].type.type))));
    }
    any = any || checks[i].searched;
  }
  return any;
}

} // namespace lifecycle::exporting
