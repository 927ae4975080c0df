// stable_horizon(): the time before which no transaction still running in this database began.
//
// Two pieces of shared memory are read, in this order:
//   1. PGPROC says, without regard to settings or roles, which backends are in a transaction of this database (lxid).
//   2. The backend status says when each of these transactions began.
// A transaction that begins after (1) has a now() no older than our clock reading before (1), but for the short way
// from fixing now() to setting lxid: that is what the margin is for. A transaction that ends after (1) is visible to
// every snapshot taken after the call. A transaction in (1) without a start in (2) has either ended, is about to
// publish it (looked at again, a few times), or never will because its session runs with track_activities off: then the
// answer is unknown. Prepared transactions are read last: between (1) and that reading one may move from the first set
// to the second, never the other way.
//
// Nothing here holds a C++ object, so server functions are called directly.
#include "extension/settings.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/twophase.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "executor/spi.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "utils/backend_status.h"
#include "utils/timestamp.h"
}

namespace lifecycle::cut {
namespace {

// Waits of 1, 2, 4 … ms for a start to be published, a quarter of a second in all; normally none.
constexpr int publish_attempts = 8;

struct Running {
  int pid;
  LocalTransactionId transaction;
  PGPROC* proc;
};

LocalTransactionId transaction_of(const PGPROC* proc) {
#if PG_VERSION_NUM >= 170000
  return *const_cast<const volatile LocalTransactionId*>(&proc->vxid.lxid);
#else
  return *const_cast<const volatile LocalTransactionId*>(&proc->lxid);
#endif
}

LocalPgBackendStatus* status_at(int index) {
#if PG_VERSION_NUM >= 160000
  return pgstat_get_local_beentry_by_index(index);
#else
  return pgstat_fetch_stat_local_beentry(index);
#endif
}

// Whether the process may be in a transaction that writes rows here. Lazy VACUUM, concurrent index builds and
// autovacuum run for hours and write no row of a user's; a walsender that decodes never writes. The caller's own
// transaction, its parallel workers included, is not meant.
bool may_write_here(const PGPROC* proc) {
  constexpr int never_writes = PROC_IS_AUTOVACUUM | PROC_IN_VACUUM | PROC_IN_SAFE_IC | PROC_IN_LOGICAL_DECODING;
  return proc->pid != 0 && proc->databaseId == MyDatabaseId && proc != MyProc &&
         (proc->lockGroupLeader == nullptr || proc->lockGroupLeader != MyProc->lockGroupLeader) &&
         (proc->statusFlags & never_writes) == 0;
}

int collect_running(Running* running) {
  int count = 0;
  // Held so that a commit is seen whole or not at all.
  LWLockAcquire(ProcArrayLock, LW_SHARED);
  for (uint32 i = 0; i < ProcGlobal->allProcCount; ++i) {
    PGPROC* const proc = &ProcGlobal->allProcs[i];
    const LocalTransactionId transaction = transaction_of(proc);
    if (LocalTransactionIdIsValid(transaction) && may_write_here(proc)) {
      running[count++] = {proc->pid, transaction, proc};
    }
  }
  LWLockRelease(ProcArrayLock);
  return count;
}

// The published start of a backend's transaction, 0 where there is none.
TimestampTz published_start(int pid) {
  const int backends = pgstat_fetch_stat_numbackends();
  for (int i = 1; i <= backends; ++i) {
    const LocalPgBackendStatus* const status = status_at(i);
    if (status != nullptr && status->backendStatus.st_procpid == pid) {
      return status->backendStatus.st_xact_start_timestamp;
    }
  }
  return 0;
}

struct Earliest {
  TimestampTz start;
  int unknown_pid; // a backend whose transaction has no published start, or 0
};

Earliest earliest_start(TimestampTz now) {
  auto* const running = static_cast<Running*>(palloc(sizeof(Running) * ProcGlobal->allProcCount));
  int count = collect_running(running);
  Earliest earliest = {now, 0};
  for (int attempt = 0; count > 0; ++attempt) {
    pgstat_clear_backend_activity_snapshot();
    int unknown = 0;
    for (int i = 0; i < count; ++i) {
      const TimestampTz start = published_start(running[i].pid);
      if (start != 0) {
        earliest.start = Min(earliest.start, start);
      } else if (transaction_of(running[i].proc) == running[i].transaction) {
        running[unknown++] = running[i];
      }
    }
    count = unknown;
    if (count > 0 && attempt == publish_attempts) {
      earliest.unknown_pid = running[0].pid;
      break;
    }
    if (count > 0) {
      CHECK_FOR_INTERRUPTS();
      pg_usleep(1000L << attempt);
    }
  }
  // Not left behind for the caller, whose pg_stat_activity would be frozen at this reading.
  pgstat_clear_backend_activity_snapshot();
  pfree(running);
  return earliest;
}

// The name of a prepared transaction of this database, or null. pg_prepared_xacts shows all of them to every role.
char* prepared_transaction() {
  if (max_prepared_xacts == 0) {
    return nullptr;
  }
  MemoryContext const caller = CurrentMemoryContext;
  char* name = nullptr;
  SPI_connect();
  if (SPI_execute("SELECT gid FROM pg_catalog.pg_prepared_xacts"
                  " WHERE database OPERATOR(pg_catalog.=) pg_catalog.current_database()"
                  " ORDER BY prepared LIMIT 1",
                  true, 1) != SPI_OK_SELECT) {
    elog(ERROR, "could not read pg_prepared_xacts");
  }
  if (SPI_processed > 0) {
    name = MemoryContextStrdup(caller, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
  }
  SPI_finish();
  return name;
}

#define UNKNOWN_HORIZON "stable_horizon() is -infinity: hold the old watermark"

TimestampTz stable_horizon() {
  if (RecoveryInProgress()) {
    ereport(WARNING,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg(UNKNOWN_HORIZON),
             errdetail("This server is a standby: the transactions running on its primary are not known here."),
             errhint("Call it on the primary.")));
    return DT_NOBEGIN;
  }
  if (IsolationUsesXactSnapshot()) {
    ereport(WARNING,
            (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION), errmsg(UNKNOWN_HORIZON),
             errdetail("This transaction is REPEATABLE READ or SERIALIZABLE: its snapshot is older than any horizon"
                       " found now."),
             errhint("Call it, and read the rows in a later statement, at READ COMMITTED.")));
    return DT_NOBEGIN;
  }
  const TimestampTz now = GetCurrentTimestamp();
  const Earliest earliest = earliest_start(now);
  if (earliest.unknown_pid != 0) {
    ereport(WARNING,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg(UNKNOWN_HORIZON),
             errdetail("The backend with process ID %d is in a transaction of this database and publishes no start"
                       " time.",
                       earliest.unknown_pid),
             errhint("Let its transaction end, and set track_activities = on where it is off for its session,"
                     " role or database.")));
    return DT_NOBEGIN;
  }
  const char* const prepared = prepared_transaction();
  if (prepared != nullptr) {
    ereport(WARNING, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg(UNKNOWN_HORIZON),
                      errdetail("The prepared transaction \"%s\" may hold rows of any age.", prepared),
                      errhint("COMMIT PREPARED or ROLLBACK PREPARED it.")));
    return DT_NOBEGIN;
  }
  return earliest.start - static_cast<TimestampTz>(horizon_margin) * 1000;
}

} // namespace
} // namespace lifecycle::cut

LIFECYCLE_FUNCTION(lifecycle_stable_horizon) { PG_RETURN_TIMESTAMPTZ(lifecycle::cut::stable_horizon()); }
