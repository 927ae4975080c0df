// _in_workers(commands, workers): runs SQL commands side by side, each as the top-level statement of a session of its
// own, a background worker with the caller's role and settings. What a procedure does source by source, each in
// transactions of its own, then uses more than one core.
//
// This half waits: it starts workers while there are commands and slots, passes on what they say, and lets none of them
// outlive the call, or the session. worker_main_pg.cpp is the other half.
#include "functions/run/worker_pg.hpp"

#include <algorithm>

#include "functions/pg/function.hpp"

extern "C" {
#include "access/parallel.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "storage/procarray.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
#include "utils/wait_event.h"
}

namespace lifecycle::run {
namespace {

constexpr Size queue_size = 16384;
constexpr long stop_attempts = 5000; // of a millisecond

enum class State { waiting, running, done, failed, no_worker };

// Plain data, as a longjmp may end any of it.
struct Task {
  const char* command;
  State state;
  BackgroundWorkerHandle* worker;
  dsm_segment* segment;
  shm_mq_handle* queue;
  ErrorData* failure;
};

// ERROR, FATAL and a worker that vanishes all end a command; the first tells why.
ErrorData* vanished() {
  auto* const error = static_cast<ErrorData*>(palloc0(sizeof(ErrorData)));
  error->elevel = ERROR;
  error->sqlerrcode = ERRCODE_INTERNAL_ERROR;
  error->message = pstrdup("the background worker ended without an answer");
  error->hint = pstrdup("The server's log says why.");
  return error;
}

// As the caller has loaded it.
const char* library_of(Oid function) {
  HeapTuple const tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple)) {
    elog(ERROR, "cache lookup failed for function %u", function);
  }
  bool is_null = false;
  const Datum library = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin, &is_null);
  const char* const name = TextDatumGetCString(library);
  ReleaseSysCache(tuple);
  return name;
}

// Nobody waits for it any more.
void end_worker(dsm_segment*, Datum worker) {
  auto* const handle = reinterpret_cast<BackgroundWorkerHandle*>(DatumGetPointer(worker));
  TerminateBackgroundWorker(handle);
  pfree(handle);
}

// What end_worker() needs must outlive the query: an abort frees that one's memory first, and lets go of segments then.
bool register_worker(BackgroundWorker* worker, BackgroundWorkerHandle** handle) {
  MemoryContext const caller = MemoryContextSwitchTo(TopMemoryContext);
  const bool registered = RegisterDynamicBackgroundWorker(worker, handle);
  MemoryContextSwitchTo(caller);
  return registered;
}

// Segments belong to the resource owner of the calling query, so that any error lets go of them, and of their workers.
bool start(Task& task, const char* library) {
  const Size guc_size = EstimateGUCStateSpace();
  const Size command_size = std::strlen(task.command) + 1;
  shm_toc_estimator estimate;
  shm_toc_initialize_estimator(&estimate);
  shm_toc_estimate_chunk(&estimate, sizeof(Order));
  shm_toc_estimate_chunk(&estimate, command_size);
  shm_toc_estimate_chunk(&estimate, guc_size);
  shm_toc_estimate_chunk(&estimate, queue_size);
  shm_toc_estimate_keys(&estimate, 4);
  const Size size = shm_toc_estimate(&estimate);
  task.segment = dsm_create(size, DSM_CREATE_NULL_IF_MAXSEGMENTS);
  if (task.segment == nullptr) {
    return false;
  }
  shm_toc* const contents = shm_toc_create(order_magic, dsm_segment_address(task.segment), size);

  auto* const order = static_cast<Order*>(shm_toc_allocate(contents, sizeof(Order)));
  order->database = MyDatabaseId;
  order->authenticated_user = GetAuthenticatedUserId();
  order->user = GetUserId();
  order->done = false;
  shm_toc_insert(contents, order_key, order);
  auto* const command = static_cast<char*>(shm_toc_allocate(contents, command_size));
  std::memcpy(command, task.command, command_size);
  shm_toc_insert(contents, command_key, command);
  auto* const settings = static_cast<char*>(shm_toc_allocate(contents, guc_size));
  SerializeGUCState(guc_size, settings);
  shm_toc_insert(contents, settings_key, settings);
  shm_mq* const queue = shm_mq_create(shm_toc_allocate(contents, queue_size), queue_size);
  shm_toc_insert(contents, queue_key, queue);
  shm_mq_set_receiver(queue, MyProc);

  BackgroundWorker worker = {};
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time = BGW_NEVER_RESTART;
  strlcpy(worker.bgw_library_name, library, sizeof worker.bgw_library_name);
  strlcpy(worker.bgw_function_name, "lifecycle_worker_main", BGW_MAXLEN);
  strlcpy(worker.bgw_name, "lifecycle_ledger worker", BGW_MAXLEN);
  strlcpy(worker.bgw_type, "lifecycle_ledger worker", BGW_MAXLEN);
  worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(task.segment));
  worker.bgw_notify_pid = MyProcPid;
  if (!register_worker(&worker, &task.worker)) {
    dsm_detach(task.segment);
    task.segment = nullptr;
    return false;
  }
  on_dsm_detach(task.segment, end_worker, PointerGetDatum(task.worker));
  task.queue = shm_mq_attach(queue, task.segment, task.worker);
  task.state = State::running;
  return true;
}

// A worker that has said its last word is as good as gone, but not its session's locks. These go with its entry among
// the processes; its memory, which takes longer, is nobody's concern, but its slot is where others wait for one.
void wait_for_end(const Task& task, bool needs_slot) {
  if (needs_slot) {
    WaitForBackgroundWorkerShutdown(task.worker);
    return;
  }
  pid_t pid = 0;
  while (GetBackgroundWorkerPid(task.worker, &pid) == BGWH_STARTED && BackendPidGetProc(pid) != nullptr) {
    CHECK_FOR_INTERRUPTS();
    (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 1, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  }
}

void finish(Task& task, bool needs_slot) {
  const auto* const order = static_cast<const Order*>(
      shm_toc_lookup(shm_toc_attach(order_magic, dsm_segment_address(task.segment)), order_key, false));
  const bool done = order->done;
  wait_for_end(task, needs_slot); // the segment goes with it
  task.state = done && task.failure == nullptr ? State::done : State::failed;
  if (task.state == State::failed && task.failure == nullptr) {
    task.failure = vanished();
  }
  shm_mq_detach(task.queue);
  dsm_detach(task.segment);
  task.segment = nullptr;
}

// A message of the frontend protocol. What is not a notice or an error is of no interest here.
void take_message(Task& task, const void* data, Size size) {
  StringInfoData message;
  initStringInfo(&message);
  appendBinaryStringInfo(&message, static_cast<const char*>(data), static_cast<int>(size));
  const int type = pq_getmsgbyte(&message);
  if (type != 'E' && type != 'N') {
    return;
  }
  auto* const error = static_cast<ErrorData*>(palloc0(sizeof(ErrorData)));
  pq_parse_errornotice(&message, error);
  if (type == 'N') {
    error->context = nullptr; // it would tell of the worker's frames as if they were the caller's
    ThrowErrorData(error);
  } else if (task.failure == nullptr) {
    task.failure = error;
  }
}

// Whether anything came.
bool listen(Task& task, bool needs_slot) {
  Size size = 0;
  void* data = nullptr;
  switch (shm_mq_receive(task.queue, &size, &data, true)) {
    case SHM_MQ_SUCCESS:
      take_message(task, data, size);
      return true;
    case SHM_MQ_DETACHED:
      finish(task, needs_slot);
      return true;
    default:
      return false;
  }
}

void run_all(Task* tasks, int count, int most, const char* library) {
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    int running = 0;
    bool heard = false;
    bool refused = false;
    const bool needs_slot =
        std::any_of(tasks, tasks + count, [](const Task& task) { return task.state == State::waiting; });
    for (int i = 0; i < count; ++i) {
      if (tasks[i].state == State::running) {
        heard = listen(tasks[i], needs_slot) || heard;
      }
      running += tasks[i].state == State::running ? 1 : 0;
    }
    for (int i = 0; i < count && running < most && !refused; ++i) {
      if (tasks[i].state == State::waiting) {
        refused = !start(tasks[i], library);
        running += refused ? 0 : 1;
      }
    }
    if (running == 0) {
      // Nothing is left, or the server has no room for a worker: the rest is the caller's.
      return;
    }
    if (!heard) {
      (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0, PG_WAIT_EXTENSION);
      ResetLatch(MyLatch);
    }
  }
}

// After an error: the call must not end before its workers have, or a next one would find their locks taken. Interrupts
// wait meanwhile; a worker that does not stop in time is left to the server.
void stop_all(const Task* tasks, int count) {
  for (int i = 0; i < count; ++i) {
    if (tasks[i].state == State::running) {
      TerminateBackgroundWorker(tasks[i].worker);
    }
  }
  for (int i = 0; i < count; ++i) {
    for (long attempt = 0; tasks[i].state == State::running && attempt < stop_attempts; ++attempt) {
      pid_t pid = 0;
      if (GetBackgroundWorkerPid(tasks[i].worker, &pid) == BGWH_STOPPED) {
        break;
      }
      pg_usleep(1000);
    }
  }
}

void put_outcomes(const Task* tasks, int count, ReturnSetInfo* result) {
  MemoryContext const caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  TupleDesc const descriptor = CreateTupleDescCopy(result->expectedDesc);
  Tuplestorestate* const rows =
      tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  MemoryContextSwitchTo(caller);
  for (int i = 0; i < count; ++i) {
    const ErrorData* const error = tasks[i].failure;
    Datum values[6] = {Int32GetDatum(i + 1), BoolGetDatum(tasks[i].state != State::waiting)};
    bool nulls[6] = {false, false, true, true, true, true};
    if (error != nullptr) {
      const char* const texts[] = {unpack_sql_state(error->sqlerrcode), error->message, error->detail, error->hint};
      for (int j = 0; j < 4; ++j) {
        if (texts[j] != nullptr) {
          values[2 + j] = CStringGetTextDatum(texts[j]);
          nulls[2 + j] = false;
        }
      }
    }
    tuplestore_putvalues(rows, descriptor, values, nulls);
  }
  result->returnMode = SFRM_Materialize;
  result->setResult = rows;
  result->setDesc = descriptor;
}

} // namespace
} // namespace lifecycle::run

LIFECYCLE_FUNCTION(lifecycle_in_workers) {
  using namespace lifecycle::run;
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0 ||
      result->expectedDesc == nullptr || result->expectedDesc->natts != 6) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("_in_workers() is called in FROM")));
  }
  Datum* commands = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &commands, &nulls, &count);
  auto* const tasks = static_cast<Task*>(palloc0(sizeof(Task) * static_cast<Size>(count + 1)));
  for (int i = 0; i < count; ++i) {
    tasks[i].command = nulls[i] ? "" : TextDatumGetCString(commands[i]);
  }
  PG_TRY();
  { run_all(tasks, count, PG_GETARG_INT32(1), library_of(fcinfo->flinfo->fn_oid)); }
  PG_CATCH();
  {
    stop_all(tasks, count);
    PG_RE_THROW();
  }
  PG_END_TRY();
  put_outcomes(tasks, count, result);
  return static_cast<Datum>(0);
}
