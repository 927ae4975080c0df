// _require_client(): raises 08006 where whoever sent the statement that runs is gone. What a sender that has died has
// left in the network must not be done any more.
#include "functions/pg/function.hpp"

extern "C" {
#include "miscadmin.h"

// As libpq/libpq.h declares it, which asks for the headers of whatever the server was built with (GSSAPI).
bool pq_check_connection(void);
}

LIFECYCLE_FUNCTION(lifecycle_require_client) {
  if (MyProcPort != nullptr && !pq_check_connection()) {
    ereport(ERROR, (errcode(ERRCODE_CONNECTION_FAILURE), errmsg("the sender of this statement is gone"),
                    errdetail("Nothing was done.")));
  }
  PG_RETURN_VOID();
}
