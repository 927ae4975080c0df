#include "functions/pg/function.hpp"
#include "functions/row/line_pg.hpp"

namespace row = lifecycle::row;

LIFECYCLE_FUNCTION(lifecycle_ndjson) { return row::record_line(fcinfo, row::Style::export_line); }

LIFECYCLE_FUNCTION(lifecycle_ndjson_columns) { return row::columns_line(fcinfo, row::Style::export_line); }
