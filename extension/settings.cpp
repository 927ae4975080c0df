#include "extension/settings.hpp"

#include <climits>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "functions/core/limits.hpp"
#include "functions/event/fields.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace lifecycle {

int horizon_margin = 1000;
std::int64_t earliest_event_time = 0;
int max_event_lead = 86400;
char* event_source = nullptr;
int remote_timeout = 0;
int export_workers = 2;

namespace {

char* earliest_event_time_text = nullptr;

int chunk_rows = 100000;
int rebuild_workers = 3;
int lock_timeout = 200;
int lock_attempts = 300;
int max_document_bytes = 256 * 1024 * 1024;
int max_depth = 1000;
int max_condition_steps = 1'000'000;

int max_event_bytes = 8 * 1024 * 1024;

int batch_bytes = 8 * 1024 * 1024;
int delivery_lock_timeout = 30 * 1000;
int retry_base = 30;
int retry_cap = 3600;
int retry_attempts = 10;
// Read in SQL, by lifecycle.tenants().
char* org_id = nullptr;

void assign_max_document_bytes(int value, void*) { limits.max_document_bytes = static_cast<std::size_t>(value); }

void assign_max_depth(int value, void*) { limits.max_depth = static_cast<unsigned>(value); }

void assign_max_event_bytes(int value, void*) { limits.max_event_bytes = static_cast<std::size_t>(value); }

bool check_earliest_event_time(char** value, void** extra, GucSource) {
  const std::optional<std::int64_t> time = event::rfc3339_time(*value);
  if (!time) {
    GUC_check_errdetail("\"%s\" is not a time in the form of RFC 3339, such as 1990-01-01T00:00:00Z.", *value);
    return false;
  }
  // Freed by the server with the value it belongs to.
#if PG_VERSION_NUM >= 160000
  *extra = guc_malloc(LOG, sizeof *time);
#else
  *extra = std::malloc(sizeof *time);
#endif
  if (*extra == nullptr) {
    return false;
  }
  std::memcpy(*extra, &*time, sizeof *time);
  return true;
}

void assign_earliest_event_time(const char*, void* extra) {
  std::memcpy(&earliest_event_time, extra, sizeof earliest_event_time);
}

void assign_max_condition_steps(int value, void*) { limits.max_condition_steps = static_cast<std::size_t>(value); }

} // namespace

void define_settings() {
  DefineCustomIntVariable("lifecycle_ledger.max_document_bytes",
                          "Largest JSON document that is canonicalised or fingerprinted.",
                          "Larger documents raise program_limit_exceeded; a source row with one is held.",
                          &max_document_bytes, 256 * 1024 * 1024, 1024, 1024 * 1024 * 1024, PGC_USERSET, GUC_UNIT_BYTE,
                          nullptr, assign_max_document_bytes, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.max_depth", "Deepest nesting of a JSON document that is processed.",
                          "Deeper documents raise program_limit_exceeded; a source row with one is held.", &max_depth,
                          1000, 1, 6000, PGC_USERSET, 0, nullptr, assign_max_depth, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.max_condition_steps",
                          "Most steps that the evaluation of one condition on one document may take.",
                          "A step is an operator, an element visited, or 64 bytes of a text that is built. Beyond it "
                          "program_limit_exceeded is raised; a condition of more operators is refused.",
                          &max_condition_steps, 1'000'000, 1, INT_MAX, PGC_USERSET, 0, nullptr,
                          assign_max_condition_steps, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.horizon_margin", "Time subtracted from stable_horizon().",
                          "Covers the gap between a transaction's now() being fixed and its being published.",
                          &horizon_margin, 1000, 0, 3600 * 1000, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.chunk_rows", "Rows an incremental run takes before it commits.",
                          "Applies where an index leads with the change column; otherwise a run is one step.",
                          &chunk_rows, 100000, 1, INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.rebuild_workers", "Sources that a rebuild of all of them loads at once.",
                          "Each in a background worker, of which max_worker_processes has to leave as many. 1: one "
                          "after the other, in the session itself.",
                          &rebuild_workers, 3, 1, 64, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.export_workers",
                          "Background workers that write an export's files beside the session.",
                          "For sources large enough for a parallel scan; max_parallel_workers bounds them. 0: the "
                          "session writes all files itself.",
                          &export_workers, 2, 0, 64, PGC_USERSET, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.lock_timeout",
                          "How long a rebuild waits at a time for the lock to swap a partition.",
                          "Readers that come meanwhile wait behind it, so keep it short.", &lock_timeout, 200, 1,
                          60 * 1000, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.lock_attempts",
                          "How often a rebuild asks for that lock before it gives up.",
                          "It sleeps up to a second between attempts.", &lock_attempts, 300, 1, 100000, PGC_USERSET, 0,
                          nullptr, nullptr, nullptr);
  DefineCustomStringVariable("lifecycle_ledger.earliest_event_time", "The earliest time an event may have.",
                             "In the form of RFC 3339. Earlier times are mostly clocks that were never set.",
                             &earliest_event_time_text, "1990-01-01T00:00:00Z", PGC_USERSET, 0,
                             check_earliest_event_time, assign_earliest_event_time, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.max_event_lead", "How far ahead of the clock an event's time may be.",
                          "Covers clocks that are fast; later times break the event contract.", &max_event_lead, 86400,
                          0, INT_MAX, PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
  DefineCustomStringVariable("lifecycle_ledger.event_source",
                             "The source of events that are inserted directly, in lifecycle.event_sources.",
                             "It says whether naming problems refuse an event or are warnings.", &event_source,
                             "direct", PGC_USERSET, 0, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.max_event_bytes", "Longest line that ingest_events() reads as an event.",
                          "Longer lines become dead letters, unread.", &max_event_bytes, 8 * 1024 * 1024, 1024,
                          256 * 1024 * 1024, PGC_USERSET, GUC_UNIT_BYTE, nullptr, assign_max_event_bytes, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.remote_timeout", "How long another server may take to answer a statement.",
                          "Then the statement is cancelled there and 08006 is raised here. 0: any time.",
                          &remote_timeout, 10 * 60 * 1000, 0, INT_MAX, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr,
                          nullptr);
  DefineCustomIntVariable("lifecycle_ledger.batch_bytes", "About how large an export's batch or file is.",
                          "A destination's option batch_bytes goes before it.", &batch_bytes, 8 * 1024 * 1024, 1024,
                          1024 * 1024 * 1024, PGC_USERSET, GUC_UNIT_BYTE, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.delivery_lock_timeout",
                          "How long a delivery waits for a lock on a table of the warehouse.",
                          "Then the batch has failed and is tried again later.", &delivery_lock_timeout, 30 * 1000, 1,
                          24 * 3600 * 1000, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.retry_base", "Pause before a failed batch is tried again.",
                          "It doubles with each attempt; half of it is chance.", &retry_base, 30, 0, 24 * 3600,
                          PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.retry_cap", "Longest pause before a failed batch is tried again.", nullptr,
                          &retry_cap, 3600, 0, 7 * 24 * 3600, PGC_USERSET, GUC_UNIT_S, nullptr, nullptr, nullptr);
  DefineCustomIntVariable("lifecycle_ledger.retry_attempts", "Attempts after which a batch is given up.",
                          "It is dead then, and an alert.", &retry_attempts, 10, 1, 1000, PGC_USERSET, 0, nullptr,
                          nullptr, nullptr);
  DefineCustomStringVariable("lifecycle_ledger.org_id", "The tenant that a connection pooler asks for.",
                             "Counts for roles alone that were made poolers by grant_warehouse().", &org_id, "",
                             PGC_USERSET, 0, nullptr, nullptr, nullptr);
#if PG_VERSION_NUM >= 150000
  MarkGUCPrefixReserved("lifecycle_ledger");
#else
  EmitWarningsOnPlaceholders("lifecycle_ledger");
#endif
}

} // namespace lifecycle
