#include "functions/pg/function.hpp"
#include "functions/row/line_pg.hpp"

namespace row = lifecycle::row;

LIFECYCLE_FUNCTION(lifecycle_parity_text) { return row::record_line(fcinfo, row::Style::parity); }

LIFECYCLE_FUNCTION(lifecycle_parity_text_columns) { return row::columns_line(fcinfo, row::Style::parity); }
