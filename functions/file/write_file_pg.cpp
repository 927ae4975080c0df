// _write_file(query, path, …): the rows of a query, straight from the executor, into a file. Forming a record for each
// row would cost more than its JSON, and COPY's text format doubles backslashes.
#include "functions/file/file_access_pg.hpp"
#include "functions/file/output_file.hpp"
#include "functions/file/server_path.hpp"
#include "functions/parity/row_sum_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/row/row_writer_pg.hpp"
#include "functions/row/value_text_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

namespace lifecycle::file {
namespace {

enum class Format : std::uint8_t { ndjson, csv, text };

Format format_named(std::string_view name) {
  if (name == "ndjson") {
    return Format::ndjson;
  }
  if (name == "csv") {
    return Format::csv;
  }
  if (name == "text") {
    return Format::text;
  }
  throw Error(sqlstate::invalid_parameter_value, "unknown file format \"" + std::string(name) + "\"",
              "It is none of ndjson, csv and text.");
}

// What the call owns in C++; whatever ends the call, the memory context's end deletes it, and the file with it unless
// it has been published.
struct Work {
  Work(const std::string& path, Compression compression) : file(path, compression) {}

  OutputFile file;
  parity::RowSum sum;
};

struct WorkHolder {
  MemoryContextCallback callback;
  Work* work;
};

void delete_work(void* holder) {
  auto* const held = static_cast<WorkHolder*>(holder);
  delete std::exchange(held->work, nullptr);
}

struct Options {
  Format format;
  row::Nulls nulls;
  bool with_checksum;
};

// Plain data.
struct FileReceiver {
  DestReceiver receiver; // first: the server knows us by it
  Work* work;
  Options options;
  row::RowPlan* plan;
  MemoryContext context; // of the call
  MemoryContext row_context;
  int64 rows;
};

std::string_view line_end(Format format) { return format == Format::csv ? "\r\n" : "\n"; }

void write_line(FileReceiver& to) {
  OutputFile& file = to.work->file;
  row::RowWriter writer(to.options.format == Format::csv ? row::Style::csv : row::Style::export_line);
  row::RowFields fields;
  if (to.options.format == Format::text) {
    if (!to.plan->nulls[0]) {
      file.append(row::bytes_of(to.plan->values[0]));
    }
  } else if (to.options.format == Format::csv) {
    file.append(writer.write_csv(*to.plan));
  } else if (to.options.with_checksum) {
    file.append(writer.write_object(*to.plan, fields, to.options.nulls));
  } else {
    file.append(writer.write_object(*to.plan, to.options.nulls));
  }
  file.append(line_end(to.options.format));
  if (to.options.with_checksum) {
    to.work->sum.add(writer, *to.plan, fields);
  }
}

void write_header(const FileReceiver& to, TupleDesc query) {
  OutputFile& file = to.work->file;
  for (int i = 0; i < query->natts; ++i) {
    std::string name = NameStr(TupleDescAttr(query, i)->attname);
    if (row::needs_quotes(name, row::Quoting::csv, ',')) {
      const std::size_t size = name.size();
      name.resize(size + row::quotes_size(name, row::Quoting::csv));
      row::put_in_quotes(name.data(), name.data() + size, row::Quoting::csv);
    }
    file.append(i == 0 ? "" : ",");
    file.append(name);
  }
  file.append(line_end(Format::csv));
}

void receive_startup(DestReceiver* self, int, TupleDesc query) {
  auto& to = *reinterpret_cast<FileReceiver*>(self);
  if (to.options.format == Format::text && (query->natts != 1 || TupleDescAttr(query, 0)->atttypid != TEXTOID)) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("the query for a file of format text must give one column of type text")));
  }
  to.plan = row::plan_query(query, to.context);
  if (to.options.format == Format::csv) {
    pg::guard([&] { write_header(to, query); });
  }
}

bool receive_row(TupleTableSlot* slot, DestReceiver* self) {
  auto& to = *reinterpret_cast<FileReceiver*>(self);
  CHECK_FOR_INTERRUPTS();
  slot_getallattrs(slot);
  to.plan->values = slot->tts_values;
  to.plan->nulls = slot->tts_isnull;
  MemoryContext const caller = MemoryContextSwitchTo(to.row_context);
  pg::guard([&] { write_line(to); });
  MemoryContextSwitchTo(caller);
  MemoryContextReset(to.row_context);
  pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, ++to.rows);
  return true;
}

void receive_shutdown(DestReceiver*) {}
void receive_destroy(DestReceiver*) {}

// read_only: the statement that called us has the snapshot, and the query sees by it.
void run_query(const char* query, FileReceiver* receiver) {
  SPIExecuteOptions options = {};
  options.read_only = true;
  options.must_return_tuples = true;
  options.dest = &receiver->receiver;
  if (const int result = SPI_execute_extended(query, &options); result < 0) {
    elog(ERROR, "SPI_execute_extended failed: %s", SPI_result_code_string(result));
  }
}

Work* open_work(MemoryContext context, const char* path, const char* compression) {
  auto* const holder = static_cast<WorkHolder*>(MemoryContextAllocZero(context, sizeof(WorkHolder)));
  holder->callback.func = delete_work;
  holder->callback.arg = holder;
  MemoryContextRegisterResetCallback(context, &holder->callback);
  pg::guard([&] {
    holder->work = new Work(writable_path(path, server_directories(DataDir)), compression_named(compression));
  });
  return holder->work;
}

} // namespace
} // namespace lifecycle::file

LIFECYCLE_FUNCTION(lifecycle_write_file) {
  using namespace lifecycle::file;
  namespace pg = lifecycle::pg;
  namespace parity = lifecycle::parity;
  const char* const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(1));
  const char* const format = text_to_cstring(PG_GETARG_TEXT_PP(2));
  const char* const compression = text_to_cstring(PG_GETARG_TEXT_PP(3));
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  require_file_writer();

  FileReceiver receiver = {};
  receiver.receiver.receiveSlot = receive_row;
  receiver.receiver.rStartup = receive_startup;
  receiver.receiver.rShutdown = receive_shutdown;
  receiver.receiver.rDestroy = receive_destroy;
  receiver.receiver.mydest = DestTuplestore;
  receiver.options.format = pg::guard([&] { return format_named(format); });
  receiver.options.nulls = PG_GETARG_BOOL(4) ? lifecycle::row::Nulls::left_out : lifecycle::row::Nulls::written;
  receiver.options.with_checksum = PG_GETARG_BOOL(5);
  receiver.context = AllocSetContextCreate(CurrentMemoryContext, "lifecycle file", ALLOCSET_DEFAULT_SIZES);
  receiver.row_context = AllocSetContextCreate(receiver.context, "lifecycle file row", ALLOCSET_DEFAULT_SIZES);
  receiver.work = open_work(receiver.context, path, compression);

  start_progress();
  SPI_connect();
  run_query(query, &receiver);
  SPI_finish();
  Work& work = *receiver.work;
  const parity::Checksum sum = pg::guard([&] {
    work.file.publish();
    return work.sum.take();
  });
  char checksum[parity::checksum_text_size];
  char* const checksum_end = parity::write_checksum(sum, checksum);
  Datum values[] = {Int64GetDatum(receiver.rows), Int64GetDatum(static_cast<int64>(work.file.bytes())),
                    Int64GetDatum(static_cast<int64>(work.file.plain_bytes())),
                    PointerGetDatum(cstring_to_text_with_len(checksum, static_cast<int>(checksum_end - checksum))),
                    PointerGetDatum(pg::guard([&] {
                      const std::string hash = work.file.hash();
                      return pg::call([&] { return pg::make_text(hash); });
                    }))};
  bool nulls[] = {false, false, false, !receiver.options.with_checksum, false};
  MemoryContextDelete(receiver.context);
  pgstat_progress_end_command();
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
