#include "functions/parity/md5.hpp"
#include "functions/pg/function.hpp"
#include "functions/row/line_pg.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace parity = lifecycle::parity;
namespace row = lifecycle::row;

LIFECYCLE_FUNCTION(lifecycle_parity_text) { return row::record_line(fcinfo, row::Style::parity); }

LIFECYCLE_FUNCTION(lifecycle_parity_text_columns) { return row::columns_line(fcinfo, row::Style::parity); }

// The MD5 of the same text, which nobody keeps.
LIFECYCLE_FUNCTION(lifecycle_parity_md5_columns) {
  row::RowPlan* const plan = row::plan_columns(fcinfo);
  const parity::Md5State digest =
      lifecycle::pg::guard([plan] { return parity::md5(row::RowWriter(row::Style::parity).write_fields(*plan)); });
  auto* const result = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  parity::store_md5(digest, result->data);
  PG_RETURN_UUID_P(result);
}
