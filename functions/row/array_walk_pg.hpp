// The elements of an array, in the order in which its text has them. Server code: called inside pg::call.
#pragma once

#include "functions/row/plan_pg.hpp"

namespace lifecycle::row {

struct ArrayWalk {
  TypePlan* element;
  const Datum* values;
  const bool* nulls;
  const int* sizes;
  const int* lower_bounds;
  int dimensions;
  int count;
  int next; // the element to write next
};

// Plans the elements' type where it is not that of the last array.
ArrayWalk open_array(TypePlan& plan, Datum value);

} // namespace lifecycle::row
