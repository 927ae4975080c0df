// Run locks: a session-level advisory lock per named run, so that it outlives the COMMITs of a procedure, yet one that
// an error frees: this module remembers what it has locked and gives it back when the transaction (or the
// subtransaction that took it) aborts. The server itself frees session locks only when the session ends.
//
// In pg_locks a run lock is the advisory lock (run_lock_class, hashtext(name)) with objsubid 3: a kind of its own,
// which pg_advisory_lock() cannot take, so that only who may run something can keep a run waiting.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace lifecycle {
namespace {

constexpr uint32 run_lock_class = 0x4C454447; // "LEDG"; _run_lock_holder.sql names it too, and the kind
constexpr uint16 run_lock_kind = 3;           // the server's own advisory locks are of kinds 1 and 2

struct RunLock {
  uint32 key;
  SubTransactionId taken_in; // gives the lock back when it aborts; invalid once the taking transaction has committed
};

// Runs hold one lock each and hardly nest, so a small fixed table will do; plain data, as callbacks may not fail.
constexpr int max_run_locks = 32;
RunLock held[max_run_locks];
int held_count = 0;

LOCKTAG tag_of(uint32 key) {
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, run_lock_class, key, run_lock_kind);
  return tag;
}

bool server_has(uint32 key) {
  const LOCKTAG tag = tag_of(key);
#if PG_VERSION_NUM >= 170000
  return LockHeldByMe(&tag, ExclusiveLock, false);
#else
  return LockHeldByMe(&tag, ExclusiveLock);
#endif
}

int find(uint32 key) {
  for (int i = 0; i < held_count; ++i) {
    if (held[i].key == key) {
      return i;
    }
  }
  return -1;
}

void forget(int index) { held[index] = held[--held_count]; }

void release(int index) {
  const uint32 key = held[index].key;
  forget(index);
  if (server_has(key)) {
    const LOCKTAG tag = tag_of(key);
    LockRelease(&tag, ExclusiveLock, true);
  }
}

void at_transaction_end(XactEvent event, void*) {
  if (event == XACT_EVENT_ABORT) {
    while (held_count > 0) {
      release(held_count - 1);
    }
  } else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE) {
    for (int i = 0; i < held_count; ++i) {
      held[i].taken_in = InvalidSubTransactionId;
    }
  }
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction, SubTransactionId parent, void*) {
  for (int i = held_count - 1; i >= 0; --i) {
    if (held[i].taken_in != subtransaction) {
      continue;
    }
    if (event == SUBXACT_EVENT_ABORT_SUB) {
      release(i);
    } else if (event == SUBXACT_EVENT_COMMIT_SUB) {
      held[i].taken_in = parent;
    }
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

uint32 key_of(const text* name) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(VARDATA_ANY(name));
  return DatumGetUInt32(hash_any(bytes, static_cast<int>(VARSIZE_ANY_EXHDR(name))));
}

// Whoever runs something writes of it into pipeline_runs, under the lock: who may not has no use for one.
void require_runner() {
  const Oid schema = get_namespace_oid("lifecycle", true);
  const Oid runs = OidIsValid(schema) ? get_relname_relid("pipeline_runs", schema) : InvalidOid;
  if (!OidIsValid(runs)) {
    return; // nothing is installed that could run
  }
  if (const AclResult result = pg_class_aclcheck(runs, GetUserId(), ACL_INSERT); result != ACLCHECK_OK) {
    aclcheck_error(result, OBJECT_TABLE, "pipeline_runs");
  }
}

bool acquire(uint32 key, bool wait) {
  register_callbacks();
  if (const int index = find(key); index >= 0) {
    if (server_has(key)) {
      return false;
    }
    forget(index); // DISCARD ALL or pg_advisory_unlock_all() took it away behind our back
  }
  if (held_count == max_run_locks) {
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many runs at once in one session"),
                    errdetail("A session holds at most %d run locks.", max_run_locks)));
  }
  const LOCKTAG tag = tag_of(key);
  if (LockAcquire(&tag, ExclusiveLock, true, !wait) == LOCKACQUIRE_NOT_AVAIL) {
    return false;
  }
  held[held_count++] = {key, GetCurrentSubTransactionId()};
  return true;
}

} // namespace
} // namespace lifecycle

LIFECYCLE_FUNCTION(lifecycle_run_lock) {
  lifecycle::require_runner();
  PG_RETURN_BOOL(lifecycle::acquire(lifecycle::key_of(PG_GETARG_TEXT_PP(0)), PG_GETARG_BOOL(1)));
}

LIFECYCLE_FUNCTION(lifecycle_run_unlock) {
  const int index = lifecycle::find(lifecycle::key_of(PG_GETARG_TEXT_PP(0)));
  if (index < 0) {
    PG_RETURN_BOOL(false);
  }
  lifecycle::release(index);
  PG_RETURN_BOOL(true);
}

// Held to the end of the transaction, and not one of this session's runs.
LIFECYCLE_FUNCTION(lifecycle_run_lock_shut) {
  lifecycle::require_runner();
  const LOCKTAG tag = lifecycle::tag_of(lifecycle::key_of(PG_GETARG_TEXT_PP(0)));
  PG_RETURN_BOOL(LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL);
}
