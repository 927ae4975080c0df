#include "functions/row/array_walk_pg.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace lifecycle::row {

ArrayWalk open_array(TypePlan& plan, Datum value) {
  check_stack_depth();
  ArrayType* const array = DatumGetArrayTypeP(value);
  const Oid type = ARR_ELEMTYPE(array);
  if (plan.element == nullptr || plan.element_type != type) {
    Oid parameter = InvalidOid;
    Oid output = InvalidOid;
    plan.element = static_cast<TypePlan*>(MemoryContextAllocZero(plan.context, sizeof(TypePlan)));
    plan.element_type = type;
    plan_type(plan.element, type, plan.context);
    get_type_io_data(type, IOFunc_output, &plan.element_length, &plan.element_by_value, &plan.element_align,
                     &plan.element_delimiter, &parameter, &output);
  }
  Datum* values = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  deconstruct_array(array, type, plan.element_length, plan.element_by_value, plan.element_align, &values, &nulls,
                    &count);
  return {plan.element, values, nulls, ARR_DIMS(array), ARR_LBOUND(array), ARR_NDIM(array), count, 0};
}

} // namespace lifecycle::row
