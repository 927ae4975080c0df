// The worker's half of _in_workers(): a session that runs one SQL command as a client's would, so that a procedure may
// commit in it, and says to its caller what it would say to a client.
#include "functions/run/worker_pg.hpp"

extern "C" {
#include "access/xact.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "parser/analyze.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/proc.h"
#include "tcop/dest.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"

PGDLLEXPORT void lifecycle_worker_main(Datum segment);
}

namespace lifecycle::run {
namespace {

void take_on_caller(const Order& order, void* settings) {
  BackgroundWorkerInitializeConnectionByOid(order.database, order.authenticated_user, 0);
  StartTransactionCommand();
  RestoreGUCState(settings);
  // The role is among them, but not in all minor releases.
  if (GetUserId() != order.user) {
    (void)set_config_option("role", GetUserNameFromId(order.user, false), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SET,
                            true, 0, false);
  }
  // The caller passes texts on as they are, into its own encoding.
  (void)set_config_option("client_encoding", GetDatabaseEncodingName(), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SET,
                          true, 0, false);
  if (GetUserId() != order.user) {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("could not take on the caller's role in a background worker"),
                    errhint("SET lifecycle_ledger.rebuild_workers = 1 to do without.")));
  }
  CommitTransactionCommand();
}

List* plan_of(RawStmt* statement, const char* command) {
#if PG_VERSION_NUM >= 150000
  List* const queries = pg_analyze_and_rewrite_fixedparams(statement, command, nullptr, 0, nullptr);
#else
  List* const queries = pg_analyze_and_rewrite(statement, command, nullptr, 0, nullptr);
#endif
  return pg_plan_queries(queries, command, CURSOR_OPT_PARALLEL_OK, nullptr);
}

// As the server runs a query string of one statement. What it is made of outlives the commits of a procedure.
void run_command(const char* command) {
  MemoryContext const context = AllocSetContextCreate(TopMemoryContext, "lifecycle worker", ALLOCSET_DEFAULT_SIZES);
  debug_query_string = command;
  pgstat_report_activity(STATE_RUNNING, command);
  SetCurrentStatementStartTimestamp();
  StartTransactionCommand();
  MemoryContextSwitchTo(context);
  List* const statements = pg_parse_query(command);
  if (list_length(statements) != 1) {
    ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                    errmsg("a background worker runs one statement, not %d", list_length(statements))));
  }
  auto* const statement = linitial_node(RawStmt, statements);
  const bool needs_snapshot = analyze_requires_snapshot(statement);
  if (needs_snapshot) {
    PushActiveSnapshot(GetTransactionSnapshot());
  }
  List* const plan = plan_of(statement, command);
  if (needs_snapshot) {
    PopActiveSnapshot();
  }
  Portal const portal = CreatePortal("", true, true);
  portal->visible = false;
  PortalDefineQuery(portal, nullptr, command, CreateCommandTag(statement->stmt), plan, nullptr);
  PortalStart(portal, nullptr, 0, InvalidSnapshot);
  QueryCompletion completion;
#if PG_VERSION_NUM >= 180000
  (void)PortalRun(portal, FETCH_ALL, true, None_Receiver, None_Receiver, &completion);
#else
  (void)PortalRun(portal, FETCH_ALL, true, true, None_Receiver, None_Receiver, &completion);
#endif
  PortalDrop(portal, false);
  CommitTransactionCommand();
  pgstat_report_activity(STATE_IDLE, nullptr);
}

} // namespace
} // namespace lifecycle::run

void lifecycle_worker_main(Datum handle) {
  using namespace lifecycle::run;
  pqsignal(SIGTERM, die);
  BackgroundWorkerUnblockSignals();

  CurrentResourceOwner = ResourceOwnerCreate(nullptr, "lifecycle_ledger worker");
  CurrentMemoryContext = AllocSetContextCreate(TopMemoryContext, "lifecycle worker start", ALLOCSET_DEFAULT_SIZES);
  dsm_segment* const segment = dsm_attach(DatumGetUInt32(handle));
  if (segment == nullptr) {
    return; // the caller is gone
  }
  shm_toc* const contents = shm_toc_attach(order_magic, dsm_segment_address(segment));
  if (contents == nullptr) {
    elog(ERROR, "the shared memory segment is not a lifecycle_ledger worker's");
  }
  auto* const order = static_cast<Order*>(shm_toc_lookup(contents, order_key, false));
  auto* const queue = static_cast<shm_mq*>(shm_toc_lookup(contents, queue_key, false));
  shm_mq_set_sender(queue, MyProc);
  pq_redirect_to_shm_mq(segment, shm_mq_attach(queue, segment, nullptr));
  dsm_pin_mapping(segment); // transactions come and go

  // An error that nothing catches is told to the caller, and the worker ends.
  take_on_caller(*order, shm_toc_lookup(contents, settings_key, false));
  run_command(static_cast<const char*>(shm_toc_lookup(contents, command_key, false)));
  order->done = true;
  dsm_detach(segment);
}
