// What functions of a row that return one line have in common.
#pragma once

#include "functions/row/row_writer_pg.hpp"

namespace lifecycle::row {

// The line of a record argument; its plan is kept in fn_extra.
Datum record_line(FunctionCallInfo fcinfo, Style style);

// The line of a row whose columns come one by one after their names.
Datum columns_line(FunctionCallInfo fcinfo, Style style);

} // namespace lifecycle::row
