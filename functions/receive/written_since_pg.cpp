// Which rows this transaction has written since some moment in it: by the two system columns that say it exactly.
// Nothing here holds a C++ object, so server functions are called directly.
#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
}

// _command_number() -> the number that the next command of this transaction writes rows under, or a lower one.
LIFECYCLE_FUNCTION(lifecycle_command_number) { PG_RETURN_INT64(GetCurrentCommandId(false)); }

// _written_since(xmin, cmin, command): the row is of this transaction, and written by that command or a later one.
LIFECYCLE_FUNCTION(lifecycle_written_since) {
  const TransactionId writer = PG_GETARG_TRANSACTIONID(0);
  const CommandId command = DatumGetCommandId(PG_GETARG_DATUM(1));
  PG_RETURN_BOOL(TransactionIdIsCurrentTransactionId(writer) && static_cast<int64>(command) >= PG_GETARG_INT64(2));
}
