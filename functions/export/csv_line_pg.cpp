#include "functions/pg/function.hpp"
#include "functions/row/line_pg.hpp"

namespace row = lifecycle::row;

LIFECYCLE_FUNCTION(lifecycle_csv_line) { return row::record_line(fcinfo, row::Style::csv); }

LIFECYCLE_FUNCTION(lifecycle_csv_line_columns) { return row::columns_line(fcinfo, row::Style::csv); }
