#include "functions/guard/door_pg.hpp"

#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/builtins.h"
}

namespace lifecycle::guard {
namespace {

bool open = false;
int lawful_frames = 0;
SubTransactionId opened_in = InvalidSubTransactionId; // invalid too once the opening transaction has committed

void at_transaction_end(XactEvent event, void*) {
  if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT) {
    open = false;
  } else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE) {
    // A lawful procedure may commit in steps; outside of one nothing stays open.
    opened_in = InvalidSubTransactionId;
    open = open && lawful_frames > 0;
  }
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void*) {
  if (!open || opened_in != subtransaction) {
    return;
  }
  if (event == SUBXACT_EVENT_ABORT_SUB) {
    open = false;
  } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
    opened_in = parent;
  }
}

void register_callbacks() {
  static bool registered = false;
  if (!registered) {
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
    registered = true;
  }
}

} // namespace

bool door_is_open() { return open; }

int trigger_depth() { return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, Datum{0})); }

bool in_lawful_frame() { return lawful_frames > 0; }

void enter_lawful_frame() { ++lawful_frames; }

void leave_lawful_frame() {
  if (--lawful_frames == 0) {
    open = false;
  }
}

void open_door() {
  register_callbacks();
  open = true;
  opened_in = GetCurrentSubTransactionId();
}

void close_door() { open = false; }

} // namespace lifecycle::guard

LIFECYCLE_FUNCTION(lifecycle_open_append_only) {
  // A trigger of somebody else's, fired by what a lawful procedure does, is not that procedure.
  if (!lifecycle::guard::in_lawful_frame() || lifecycle::guard::trigger_depth() > 0) {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("append-only tables cannot be opened from here"),
             errdetail("Only the procedures of lifecycle_ledger that may lawfully change them can."),
             errhint("Call one of those: retention, lifecycle.erase_user(), lifecycle.erase_contact().")));
  }
  lifecycle::guard::open_door();
  PG_RETURN_VOID();
}

LIFECYCLE_FUNCTION(lifecycle_close_append_only) {
  lifecycle::guard::close_door();
  PG_RETURN_VOID();
}
