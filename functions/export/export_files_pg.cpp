// _export_files(query, checks, rejects, …): the rows of a query that keep a contract, straight from the executor into
// files of bounded size, each with its checksum; the others are told by a second query of the same snapshot, which runs
// only where there are any. Rows go to no table in between: that would cost as much as all the rest.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "functions/export/row_checks.hpp"
#include "functions/file/file_access_pg.hpp"
#include "functions/file/output_file.hpp"
#include "functions/file/server_path.hpp"
#include "functions/loader/run_query_pg.hpp"
#include "functions/parity/parity_checksum.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/row/decimal.hpp"
#include "functions/row/row_writer_pg.hpp"
#include "functions/row/value_text_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
}

namespace lifecycle::exporting {
namespace {

struct Written {
  std::int64_t rows;
  std::int64_t bytes;
  std::string checksum;
  std::string hash;
  std::int64_t earliest;
  std::int64_t latest;
};

struct Target {
  std::string before; // of the number in a path
  std::string after;
  file::Compression compression;
  bool csv;
  std::uint64_t most_bytes;
};

std::string numbered(const Target& target, std::int64_t sequence) {
  std::string number = std::to_string(sequence);
  number.insert(0, number.size() < 8 ? 8 - number.size() : 0, '0');
  return target.before + number + target.after;
}

// What the call owns in C++; whatever ends the call, the memory context's end deletes it.
class Files {
 public:
  Files(Target target, std::int64_t sequence, std::string_view document)
      : checks(read_checks(document)), target_(std::move(target)), next_(sequence) {}

  void add(row::RowPlan& plan, std::int64_t time);
  void finish();

  const std::vector<ColumnChecks> checks;
  std::string header; // of CSV
  std::vector<Written> written;
  std::int64_t rejected = 0;

 private:
  void begin();

  Target target_;
  std::int64_t next_;
  std::optional<file::OutputFile> file_;
  parity::Checksum checksum_;
  parity::Md5Batch batch_;
  Written current_ = {};
  std::uint64_t plain_bytes_ = 0;
};

void Files::begin() {
  file_.emplace(file::writable_path(numbered(target_, next_++), file::server_directories(DataDir)),
                target_.compression);
  checksum_ = {};
  plain_bytes_ = 0;
  current_ = {.rows = 0, .bytes = 0, .checksum = {}, .hash = {}, .earliest = INT64_MAX, .latest = INT64_MIN};
  if (target_.csv) {
    file_->append(header);
  }
}

void Files::add(row::RowPlan& plan, std::int64_t time) {
  if (!file_) {
    begin();
  }
  {
    row::RowWriter writer(target_.csv ? row::Style::csv : row::Style::export_line);
    const std::string_view line = target_.csv ? writer.write_csv(plan) : writer.write_object(plan);
    file_->append(line);
    file_->append(target_.csv ? "\r\n" : "\n");
    plain_bytes_ += line.size();
  }
  checksum_.add(row::RowWriter(row::Style::parity).write_fields(plan), &batch_);
  ++current_.rows;
  current_.earliest = std::min(current_.earliest, time);
  current_.latest = std::max(current_.latest, time);
  if (plain_bytes_ >= target_.most_bytes) {
    finish();
  }
}

void Files::finish() {
  if (!file_) {
    return;
  }
  file_->publish();
  checksum_.settle(batch_);
  char text[parity::checksum_text_size];
  current_.checksum.assign(text, parity::write_checksum(checksum_, text));
  current_.bytes = static_cast<std::int64_t>(file_->bytes());
  current_.hash = file_->hash();
  written.push_back(std::move(current_));
  file_.reset();
}

struct FilesHolder {
  MemoryContextCallback callback;
  Files* files;
};

void delete_files(void* holder) { delete std::exchange(static_cast<FilesHolder*>(holder)->files, nullptr); }

// Plain data.
struct ExportReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Files* files;
  row::RowPlan* plan;
  bool* nulls;
  int time_column; // its place, from 0
  MemoryContext context;
  MemoryContext row_context;
  int64 rows;
};

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& to = *reinterpret_cast<ExportReceiver*>(self);
  // The contract's columns, and whether some value could not be read.
  const auto columns = static_cast<int>(to.files->checks.size());
  if (query->natts != columns + 1 || TupleDescAttr(query, columns)->atttypid != BOOLOID) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("the query must give the %d columns of the checks and a boolean", columns)));
  }
  MemoryContext const caller = MemoryContextSwitchTo(to.context);
  TupleDesc const data = CreateTemplateTupleDesc(columns);
  for (int i = 0; i < columns; ++i) {
    TupleDescCopyEntry(data, static_cast<AttrNumber>(i + 1), query, static_cast<AttrNumber>(i + 1));
  }
  to.plan = row::plan_query(data, to.context);
  to.nulls = static_cast<bool*>(palloc(static_cast<Size>(columns) + 1));
  MemoryContextSwitchTo(caller);
  pg::guard([&] {
    for (int i = 0; i < columns; ++i) {
      // A contract's names need no quotes.
      to.files->header.append(i == 0 ? "" : ",").append(NameStr(TupleDescAttr(query, i)->attname));
    }
    to.files->header.append("\r\n");
  });
}

// Inside guard.
bool keeps_contract(ExportReceiver& to, TupleTableSlot* slot) {
  const std::vector<ColumnChecks>& checks = to.files->checks;
  for (int i = 0; i < to.plan->column_count; ++i) {
    const ColumnChecks& check = checks[static_cast<std::size_t>(i)];
    const row::Form form = to.plan->columns[i].type.form;
    const Datum value = slot->tts_values[i];
    bool is_null = slot->tts_isnull[i];
    if (!is_null) {
      switch (form) {
        case row::Form::text:
          if (check.asks_text()) {
            const std::string_view text = row::bytes_of(value);
            if (check.empty_is_null && text.empty()) {
              is_null = true;
            } else if (!check.takes_text(text)) {
              return false;
            }
          }
          break;
        case row::Form::timestamptz:
          if (!is_in_exported_years(DatumGetTimestampTz(value))) {
            return false;
          }
          break;
        case row::Form::numeric:
          if (row::read_decimal(row::bytes_of(value)).kind != row::Decimal::Kind::finite) {
            return false;
          }
          break;
        default:
          break;
      }
    }
    if (is_null && check.required) {
      return false;
    }
    to.nulls[i] = is_null;
  }
  return true;
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& to = *reinterpret_cast<ExportReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  const int columns = to.plan->column_count;
  to.plan->values = slot->tts_values;
  to.plan->nulls = to.nulls;
  const bool unread = !slot->tts_isnull[columns] && DatumGetBool(slot->tts_values[columns]);
  MemoryContext const caller = MemoryContextSwitchTo(to.row_context);
  pg::guard([&] {
    if (unread || !keeps_contract(to, slot)) {
      ++to.files->rejected;
    } else {
      to.files->add(*to.plan, DatumGetTimestampTz(slot->tts_values[to.time_column]));
    }
  });
  MemoryContextSwitchTo(caller);
  MemoryContextReset(to.row_context);
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++to.rows);
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

Datum array_of(const Datum* values, std::size_t count, Oid type) {
  const bool is_text = type == TEXTOID;
  return PointerGetDatum(construct_array(const_cast<Datum*>(values), static_cast<int>(count), type, is_text ? -1 : 8,
                                         !is_text && FLOAT8PASSBYVAL, is_text ? TYPALIGN_INT : TYPALIGN_DOUBLE));
}

} // namespace
} // namespace lifecycle::exporting

LIFECYCLE_FUNCTION(lifecycle_export_files) {
  using namespace lifecycle::exporting;
  namespace pg = lifecycle::pg;
  namespace file = lifecycle::file;
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* const checks = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* const rejects = text_to_cstring(PG_GETARG_TEXT_PP(2));
  const int time_column = PG_GETARG_INT32(3) - 1;
  const char* const directory = text_to_cstring(PG_GETARG_TEXT_PP(4));
  const int64 sequence = PG_GETARG_INT64(5);
  const char* const format = text_to_cstring(PG_GETARG_TEXT_PP(6));
  const char* const compression = text_to_cstring(PG_GETARG_TEXT_PP(7));
  const char* const suffix = text_to_cstring(PG_GETARG_TEXT_PP(8));
  const int64 most_bytes = PG_GETARG_INT64(9);
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  file::require_file_writer();

  ExportReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.time_column = time_column;
  receiver.context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle export", ALLOCSET_DEFAULT_SIZES);
  receiver.row_context = AllocSetContextCreate(receiver.context, "lifecycle export row", ALLOCSET_DEFAULT_SIZES);
  auto* const holder = static_cast<FilesHolder*>(MemoryContextAllocZero(receiver.context, sizeof(FilesHolder)));
  holder->callback.func = delete_files;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(receiver.context, &holder->callback);
  pg::guard([&] {
    holder->files = new Files(Target{.before = std::string(directory) + "/",
                                     .after = suffix,
                                     .compression = file::compression_named(compression),
                                     .csv = std::string_view(format) == "csv",
                                     .most_bytes = static_cast<std::uint64_t>(most_bytes)},
                              sequence, checks);
  });
  receiver.files = holder->files;

  const int parameters[] = {PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE};
  const int64 progress[] = {PROGRESS_COPY_COMMAND_TO, PROGRESS_COPY_TYPE_FILE};
  pgstat_progress_start_command(PROGRESS_COMMAND_COPY, InvalidOid);
  pgstat_progress_update_multi_param(2, parameters, progress);
  SPI_connect();
  lifecycle::loader::run_query(query, true, &receiver.receiver);
  pg::guard([&] { receiver.files->finish(); });
  int64 told = 0;
  if (receiver.files->rejected > 0) {
    // What the first query saw, though this one writes.
    SPIPlanPtr const plan = SPI_prepare(rejects, 0, nullptr);
    if (plan == nullptr ||
        SPI_execute_snapshot(plan, nullptr, nullptr, GetActiveSnapshot(), InvalidSnapshot, false, true, 0) < 0) {
      elog(ERROR, "could not run the query for rejected rows: %s", SPI_result_code_string(SPI_result));
    }
    told = static_cast<int64>(SPI_processed);
  }
  SPI_finish();
  pgstat_progress_end_command();

  const Files& files = *receiver.files;
  const std::size_t count = files.written.size();
  auto* const columns = static_cast<Datum*>(palloc(sizeof(Datum) * (6 * count + 1)));
  for (std::size_t i = 0; i < count; ++i) {
    const Written& one = files.written[i];
    columns[i] = Int64GetDatum(one.rows);
    columns[count + i] = Int64GetDatum(one.bytes);
    columns[2 * count + i] =
        PointerGetDatum(cstring_to_text_with_len(one.checksum.data(), static_cast<int>(one.checksum.size())));
    columns[3 * count + i] =
        PointerGetDatum(cstring_to_text_with_len(one.hash.data(), static_cast<int>(one.hash.size())));
    columns[4 * count + i] = TimestampTzGetDatum(one.earliest);
    columns[5 * count + i] = TimestampTzGetDatum(one.latest);
  }
  Datum values[] = {array_of(columns, count, INT8OID),
                    array_of(columns + count, count, INT8OID),
                    array_of(columns + 2 * count, count, TEXTOID),
                    array_of(columns + 3 * count, count, TEXTOID),
                    array_of(columns + 4 * count, count, TIMESTAMPTZOID),
                    array_of(columns + 5 * count, count, TIMESTAMPTZOID),
                    Int64GetDatum(files.rejected),
                    Int64GetDatum(told)};
  bool nulls[] = {false, false, false, false, false, false, false, false};
  MemoryContextDelete(receiver.context);
  CommandCounterIncrement();
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
