// _receive_rows(ndjson, contract, columns, stage): a batch of lines into a table that has the contract's columns, those
// that break the contract told one by one.
#include <array>
#include <cstring>

#include "functions/core/interrupt.hpp"
#include "functions/dataset/contract.hpp"
#include "functions/json/string_writer.hpp"
#include "functions/loader/bulk_writer_pg.hpp"
#include "functions/mapping/compiled_pg.hpp"
#include "functions/parity/parity_checksum.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/receive/row_reader.hpp"
#include "functions/row/row_writer_pg.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
}

namespace lifecycle::receive {
namespace {

using dataset::ColumnType;

constexpr std::array<Oid, 11> type_of_column = {TEXTOID, VARCHAROID,     UUIDOID,      INT4OID, INT8OID, NUMERICOID,
                                                BOOLOID, TIMESTAMPTZOID, TIMESTAMPOID, DATEOID, JSONBOID};
static_assert(type_of_column.size() == static_cast<std::size_t>(ColumnType::jsonb) + 1);

// What the call counts; plain data.
struct Counts {
  int64 rows;
  int64 refused;
  int64 unreadable;
  parity::Checksum checksum;
  Datum refusals; // jsonb; 0: none
};

Datum datum_of(const RowReader& reader, std::size_t column) {
  const std::int64_t number = reader.number(column);
  // NOLINTNEXTLINE(bugprone-branch-clone): the same only where all of these are stored alike
  switch (*reader.columns()[column].type) {
    case ColumnType::boolean:
      return BoolGetDatum(number != 0);
    case ColumnType::integer:
      return Int32GetDatum(static_cast<int32>(number));
    case ColumnType::bigint:
      return Int64GetDatum(number);
    case ColumnType::timestamptz:
      return TimestampTzGetDatum(number);
    case ColumnType::timestamp:
      return TimestampGetDatum(number);
    case ColumnType::date:
      return DateADTGetDatum(static_cast<DateADT>(number));
    default:
      return PointerGetDatum(reader.stored(column));
  }
}

// A text as a JSON string.
void append_string(std::string& to, std::string_view text) {
  const std::size_t size = to.size();
  to.resize(size + json::escaped_bound(text.size()) + 2);
  char* at = to.data() + size;
  *at++ = '"';
  at = json::write_escaped_bytes(at, text.data(), text.size());
  *at++ = '"';
  to.resize(static_cast<std::size_t>(at - to.data()));
}

void append_refusal(std::string& list, const Refusal& refusal, int64 line, std::string_view body) {
  list += list.empty() ? "[{\"line\":" : ",{\"line\":";
  list += std::to_string(line);
  const std::pair<const char*, std::string_view> fields[] = {
      {"key", refusal.key},       {"sqlstate", refusal.sqlstate},
      {"code", refusal.code},     {"json_pointer", refusal.pointer},
      {"detail", refusal.detail}, {"body", body}};
  for (const auto& [name, value] : fields) {
    list += ",\"" + std::string(name) + "\":";
    append_string(list, value);
  }
  list += '}';
}

void check_stage(const RowReader& reader, TupleDesc stage) {
  const auto columns = reader.columns();
  bool fits = stage->natts == static_cast<int>(columns.size());
  for (int i = 0; fits && i < stage->natts; ++i) {
    const FormData_pg_attribute* const attribute = TupleDescAttr(stage, i);
    const dataset::Column& column = columns[static_cast<std::size_t>(i)];
    fits = !attribute->attisdropped && column.name == NameStr(attribute->attname) &&
           attribute->atttypid == type_of_column[static_cast<std::size_t>(*column.type)];
  }
  if (!fits) {
    throw Error("42804", "the table that a batch is read into has not the contract's columns");
  }
}

// Leaves the plan of all columns to those that the checksum is of, in its order.
void choose_columns(row::RowPlan& plan, const RowReader& reader, const std::vector<std::string>& chosen) {
  std::vector<row::ColumnPlan> kept;
  for (const std::string& name : chosen) {
    const auto columns = reader.columns();
    std::size_t at = 0;
    while (at < columns.size() && columns[at].name != name) {
      ++at;
    }
    if (at == columns.size()) {
      throw Error(
          sqlstate::undefined_column, "the batch has a column that the contract here does not have",
          "It is called \"" + name + "\".",
          "Bring the contract here up to date: ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); "
          "CALL lifecycle.install_warehouse();");
    }
    kept.push_back(plan.columns[at]);
  }
  std::copy(kept.begin(), kept.end(), plan.columns);
  plan.column_count = static_cast<int>(kept.size());
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

class Reception {
 public:
  Reception(RowReader& reader, loader::BulkWriter& writer, row::RowPlan& plan)
      : reader_(reader), writer_(writer), plan_(plan) {}

  void read(std::string_view ndjson) {
    for (int64 line = 1; !ndjson.empty(); ++line) {
      const std::size_t end = std::min(ndjson.find('\n'), ndjson.size());
      take_line(ndjson.substr(0, end), line);
      ndjson.remove_prefix(std::min(end + 1, ndjson.size()));
      if (line % interrupt_interval == 0) {
        poll_interrupts();
      }
    }
    counts_.checksum.settle(batch_);
    if (!refusals_.empty()) {
      refusals_ += ']';
      counts_.refusals = pg::call([this] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(refusals_.c_str())); });
    }
  }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  void take_line(std::string_view line, int64 number) {
    if (is_blank(line)) {
      return;
    }
    ++counts_.rows;
    const Verdict verdict = reader_.read(line);
    if (verdict != Verdict::good) {
      append_refusal(refusals_, reader_.refusal(), number, line);
      ++counts_.refused;
      counts_.unreadable += verdict == Verdict::unreadable ? 1 : 0;
    }
    if (verdict != Verdict::unreadable) {
      const std::size_t width = reader_.columns().size();
      pg::call([this] { loader::clear_row(writer_); });
      for (std::size_t i = 0; i < width; ++i) {
        writer_.row->tts_isnull[i] = reader_.is_null(i);
        writer_.row->tts_values[i] = reader_.is_null(i) ? Datum{0} : datum_of(reader_, i);
      }
      plan_.values = writer_.row->tts_values;
      plan_.nulls = writer_.row->tts_isnull;
      counts_.checksum.add(row::RowWriter(row::Style::parity).write_fields(plan_), &batch_);
      if (verdict == Verdict::good) {
        pg::call([this] { loader::put_row(writer_); });
      }
    }
    reader_.trim();
  }

  RowReader& reader_;
  loader::BulkWriter& writer_;
  row::RowPlan& plan_;
  Counts counts_ = {};
  parity::Md5Batch batch_;
  std::string refusals_;
};

std::vector<dataset::Column> columns_of(std::string_view document) {
  dataset::Contract contract = dataset::read_contract(document);
  if (!contract.problems.empty()) {
    throw Error(sqlstate::invalid_parameter_value, "the contract has problems",
                contract.problems.front().pointer + ": " + contract.problems.front().what + '.');
  }
  return std::move(contract.columns);
}

// The elements of an array of texts; null: none are asked for.
struct Names {
  Datum* values;
  int count;
};

Counts receive(std::string_view ndjson, std::string_view document, const Names* chosen, loader::BulkWriter& writer,
               row::RowPlan& plan) {
  RowReader reader(columns_of(document));
  check_stage(reader, RelationGetDescr(writer.relation));
  if (chosen != nullptr) {
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(chosen->count));
    for (int i = 0; i < chosen->count; ++i) {
      names.emplace_back(pg::view(reinterpret_cast<const text*>(DatumGetPointer(chosen->values[i]))));
    }
    choose_columns(plan, reader, names);
  }
  Reception reception(reader, writer, plan);
  reception.read(ndjson);
  return reception.counts();
}

} // namespace
} // namespace lifecycle::receive

LIFECYCLE_FUNCTION(lifecycle_receive_rows) {
  using namespace lifecycle::receive;
  namespace pg = lifecycle::pg;
  namespace loader = lifecycle::loader;
  namespace row = lifecycle::row;
  namespace parity = lifecycle::parity;
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("_receive_rows() needs lines, a contract and a table, not null")));
  }
  TupleDesc result = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &result) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  const std::string_view ndjson = pg::view(PG_GETARG_TEXT_PP(0));
  const StringInfoData document = pg::document_text(PG_GETARG_JSONB_P(1));
  Names names = {nullptr, 0};
  if (!PG_ARGISNULL(2)) {
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false, TYPALIGN_INT, &names.values, nullptr, &names.count);
  }
  loader::BulkWriter writer = loader::open_writer(PG_GETARG_OID(3), false);
  writer.command = GetCurrentCommandId(true);
  row::RowPlan* const plan = row::plan_query(RelationGetDescr(writer.relation), CurrentMemoryContext);
  const Counts counts = pg::guard([&] {
    return receive(ndjson, {document.data, static_cast<std::size_t>(document.len)}, PG_ARGISNULL(2) ? nullptr : &names,
                   writer, *plan);
  });
  loader::flush(writer);
  loader::close_writer(writer);
  CommandCounterIncrement(); // what follows in this transaction sees the rows

  char checksum[parity::checksum_text_size];
  char* const checksum_end = parity::write_checksum(counts.checksum, checksum);
  Datum values[] = {Int64GetDatum(counts.rows), Int64GetDatum(counts.refused), Int64GetDatum(counts.unreadable),
                    PointerGetDatum(cstring_to_text_with_len(checksum, static_cast<int>(checksum_end - checksum))),
                    counts.refusals};
  bool nulls[] = {false, false, false, false, counts.refusals == 0};
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(result), values, nulls)));
}
