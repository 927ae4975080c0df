// _mirror_sqlite(path, contacts_query, events_query): streams two queries of one snapshot into one SQLite file.
#include "functions/file/file_access_pg.hpp"
#include "functions/mirror/mirror_file.hpp"
#include "functions/mirror/sqlite_values_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "commands/progress.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "port.h"
#include "tcop/dest.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

#include <vector>

namespace lifecycle::mirror {
namespace {

// Owns the file for the server: whatever ends the call, the memory context's end closes it, and removes it unless it
// has been published.
struct FileHolder {
  MemoryContextCallback callback;
  MirrorFile* file;
};

void close_file(void* holder) {
  auto* const held = static_cast<FileHolder*>(holder);
  delete std::exchange(held->file, nullptr);
}

// One query on its way into one table; plain data.
struct MirrorReceiver {
  DestReceiver receiver; // first: the server knows us by it
  SqliteWriter* writer;
  bool is_ledger; // contact_events, else contacts
  ColumnBinding* bindings;
  MemoryContext row_context;
  DayMemo memo;
  int64* rows;
  int64* total;
};

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& mirror = *reinterpret_cast<MirrorReceiver*>(self);
  MemoryContext const caller = MemoryContextSwitchTo(MemoryContextGetParent(mirror.row_context));
  mirror.bindings = static_cast<ColumnBinding*>(palloc(sizeof(ColumnBinding) * static_cast<Size>(query->natts)));
  for (int i = 0; i < query->natts; ++i) {
    mirror.bindings[i] = binding_of(TupleDescAttr(query, i)->atttypid);
  }
  MemoryContextSwitchTo(caller);
  pg::guard([&] {
    std::vector<Column> columns;
    columns.reserve(static_cast<std::size_t>(query->natts));
    for (int i = 0; i < query->natts; ++i) {
      columns.push_back({NameStr(TupleDescAttr(query, i)->attname), affinity_of(mirror.bindings[i].kind)});
    }
    if (mirror.is_ledger) {
      // One contact's timeline, and the columns that the usual questions are about, so that the index answers them
      // alone.
      mirror.writer->start_table("contact_events", columns, {"source_system", "source_record_id"},
                                 {{"contact_events_timeline", {"contact_id", "event_timestamp", "event_type"}}});
    } else {
      mirror.writer->start_table("contacts", columns, {},
                                 {{"contacts_contact_id", {"contact_id"}}, {"contacts_email", {"email"}}});
    }
  });
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& mirror = *reinterpret_cast<MirrorReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  MemoryContext const caller = MemoryContextSwitchTo(mirror.row_context);
  insert_row(*mirror.writer, slot, mirror.bindings, mirror.memo);
  MemoryContextSwitchTo(caller);
  MemoryContextReset(mirror.row_context);
  ++*mirror.rows;
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++*mirror.total);
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

// read_only: the statement that called us has the snapshot, and both queries see by it.
void mirror_query(const char* query, SqliteWriter& writer, bool is_ledger, int64* rows, int64* total) {
  MirrorReceiver mirror = {};
  mirror.receiver.receiveSlot = receive_row;
  mirror.receiver.rStartup = receive_startup;
  mirror.receiver.rShutdown = receive_shutdown;
  mirror.receiver.rDestroy = receive_destroy;
  mirror.receiver.mydest = DestTuplestore;
  mirror.writer = &writer;
  mirror.is_ledger = is_ledger;
  mirror.memo = DayMemo();
  mirror.row_context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle mirror row", ALLOCSET_DEFAULT_SIZES);
  mirror.rows = rows;
  mirror.total = total;

  SPIExecuteOptions options = {};
  options.read_only = true;
  options.must_return_tuples = true;
  options.dest = &mirror.receiver;
  if (const int result = SPI_execute_extended(query, &options); result < 0) {
    elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(result));
  }
  pg::guard([&] { writer.finish_table(); });
}

void require_absolute(const char* path) {
  if (!is_absolute_path(path)) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("the path of the mirror must be absolute"),
                    errdetail("\"%s\" is relative, and the server's working directory is not yours.", path),
                    errhint("Begin the path with a slash, such as /srv/mirror/contact_events.sqlite.")));
  }
}

void start_progress() {
  const int parameters[] = {PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE};
  const int64 values[] = {PROGRESS_COPY_COMMAND_TO, PROGRESS_COPY_TYPE_CALLBACK};
  pgstat_progress_start_command(PROGRESS_COMMAND_COPY, InvalidOid);
  pgstat_progress_update_multi_param(2, parameters, values);
}

} // namespace
} // namespace lifecycle::mirror

LIFECYCLE_FUNCTION(lifecycle_mirror_sqlite) {
  using namespace lifecycle::mirror;
  using lifecycle::pg::guard;
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* const contacts_query = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* const events_query = text_to_cstring(PG_GETARG_TEXT_PP(2));
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  lifecycle::file::require_file_writer();
  require_absolute(path);

  MemoryContext const context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle mirror", ALLOCSET_SMALL_SIZES);
  auto* const holder = static_cast<FileHolder*>(MemoryContextAllocZero(context, sizeof(FileHolder)));
  holder->callback.func = close_file;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  guard([&] { holder->file = new MirrorFile(path); });

  int64 contacts = 0;
  int64 events = 0;
  int64 total = 0;
  SqliteWriter& writer = holder->file->writer();
  start_progress();
  SPI_connect();
  mirror_query(contacts_query, writer, false, &contacts, &total);
  mirror_query(events_query, writer, true, &events, &total);
  SPI_finish();
  guard([&] { holder->file->publish(); });
  MemoryContextDelete(context);
  pgstat_progress_end_command();

  Datum values[] = {Int64GetDatum(contacts), Int64GetDatum(events)};
  bool nulls[] = {false, false};
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
