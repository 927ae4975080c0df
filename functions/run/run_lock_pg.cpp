// Run locks: a session-level advisory lock per named run, so that it outlives the COMMITs of a procedure, yet one that
// an error frees: this module remembers what it has locked and gives it back when the transaction (or the
// subtransaction that took it) aborts. The server itself frees session locks only when the session ends.
//
// In pg_locks a run lock is the advisory lock (run_lock_class, hashtext(name)) of the two-integer form.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "common/hashfn.h"
#include "storage/lock.h"
#include "utils/builtins.h"
}

namespace lifecycle {
namespace {

constexpr uint32 run_lock_class = 0x4C454447; // "LEDG"; _run_lock_holder.sql names it too

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
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, run_lock_class, key, 2);
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
