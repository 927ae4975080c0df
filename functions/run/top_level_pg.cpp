// _require_top_level(procedure) and _wal_bytes(): what a long procedure asks of its surroundings.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "executor/instrument.h"
#include "executor/spi.h"
#include "utils/builtins.h"
}

namespace lifecycle {
namespace {

// Why the procedure that calls us cannot COMMIT; null where it can. The innermost SPI connection is that procedure's
// own (we open none), and PostgreSQL opened it atomic exactly where COMMIT would fail: in a transaction block, implicit
// ones of several statements sent at once included, below a function, or in a procedure with a SET clause. A
// subtransaction it checks apart, and so must we.
const char* reason_against_commit() {
  if (IsSubTransaction()) {
    return "A savepoint or a block with EXCEPTION is open around the call.";
  }
  if (IsTransactionBlock()) {
    return "The session is in a transaction block: BEGIN, or several statements sent as one query.";
  }
  if (!SPI_inside_nonatomic_context()) {
    return "The call comes from a function, or from a procedure with a SET clause, which run within one transaction.";
  }
  return nullptr;
}

} // namespace
} // namespace lifecycle

LIFECYCLE_FUNCTION(lifecycle_require_top_level) {
  const char* const procedure = text_to_cstring(PG_GETARG_TEXT_PP(0));
  if (const char* const reason = lifecycle::reason_against_commit(); reason != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                    errmsg("CALL lifecycle.%s() must run outside a transaction block", procedure),
                    errdetail("%s The procedure commits its work in steps.", reason),
                    errhint("Send the CALL as a statement of its own: no BEGIN around it, one CALL per psql -c and "
                            "per pg_cron job.")));
  }
  PG_RETURN_VOID();
}

// The statistics include what parallel workers wrote for finished statements of this backend.
LIFECYCLE_FUNCTION(lifecycle_wal_bytes) { PG_RETURN_INT64(static_cast<int64>(pgWalUsage.wal_bytes)); }
