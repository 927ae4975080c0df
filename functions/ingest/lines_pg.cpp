#include "functions/ingest/lines_pg.hpp"

#include <string>
#include <unordered_map>

#include "functions/core/limits.hpp"
#include "functions/event/range_pg.hpp"
#include "functions/ingest/place_pg.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/detoast.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
}

namespace lifecycle::ingest {

// The sources that are registered, by name.
class Book final : public SourceBook {
 public:
  void clear(const pg::CompiledContract* contract) {
    contract_ = contract;
    mappings_.clear();
  }
  void add(std::string_view source, EnvelopeMapping mapping) { mappings_[std::string(source)] = std::move(mapping); }

  SourceRules rules_of(std::string_view source) override {
    const auto found = mappings_.empty() || source.empty() ? mappings_.end() : mappings_.find(std::string(source));
    return {!source.empty() && pg::warns_only(contract_, source), found == mappings_.end() ? &plain_ : &found->second};
  }

 private:
  const pg::CompiledContract* contract_ = nullptr;
  EnvelopeMapping plain_;
  std::unordered_map<std::string, EnvelopeMapping> mappings_;
};

struct Lines {
  LineJudge judge;
  Batch batch;
  Book book;
  pg::CompiledContract* contract = nullptr;
};

namespace {

Lines* kept = nullptr;

// A text column of the last query's row; empty where it is null.
std::string_view column_text(uint64 row, int column) {
  bool null = false;
  const Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &null);
  return null ? std::string_view() : pg::bytes_of(pg::detoasted(value));
}

void read_mappings(Lines* lines) {
  static SPIPlanPtr plan = nullptr;
  kept_plan(&plan,
            "SELECT source, cloudevents_name, cloudevents_user, cloudevents_time, cloudevents_attributes FROM "
            "lifecycle.event_sources "
            "WHERE num_nonnulls(cloudevents_name, cloudevents_user, cloudevents_time, cloudevents_attributes) > 0",
            0, nullptr);
  const uint64 count = run_plan(plan, nullptr);
  for (uint64 row = 0; row < count; ++row) {
    const std::string_view source = column_text(row, 1);
    const std::string_view name = column_text(row, 2);
    const std::string_view user = column_text(row, 3);
    const std::string_view time = column_text(row, 4);
    const std::string_view attributes = column_text(row, 5);
    pg::guard([&] {
      lines->book.add(source, {std::string(name), std::string(user), std::string(time), std::string(attributes)});
    });
  }
  SPI_freetuptable(SPI_tuptable);
}

// What of a row is to be read; `copy` is to be freed.
struct Text {
  std::string_view bytes;
  const char* problem; // why there is none
  void* copy;
};

Text text_of(const Line& line) {
  const int forms =
      static_cast<int>(line.has_line) + static_cast<int>(line.has_event) + static_cast<int>(line.has_bytes);
  if (forms != 1) {
    return {
        {}, forms == 0 ? "line, event and bytes are null" : "more than one of line, event and bytes is given", nullptr};
  }
  if (line.has_event) {
    Jsonb* const document = DatumGetJsonbP(line.event);
    char* const text = JsonbToCString(nullptr, &document->root, static_cast<int>(VARSIZE(document)));
    return {text, nullptr, text};
  }
  const Datum value = line.has_line ? line.line : line.bytes;
  varlena* const stored = pg::detoasted(value);
  return {pg::bytes_of(stored), nullptr,
          reinterpret_cast<Pointer>(stored) != DatumGetPointer(value) ? stored : nullptr};
}

std::size_t stored_size(const Line& line) {
  return line.has_line || line.has_bytes ? toast_raw_datum_size(line.has_line ? line.line : line.bytes) - VARHDRSZ : 0;
}

void refuse(Lines* lines, const Line& line, const char* code, const char* detail) {
  pg::guard([&] {
    lines->batch.add_dead({{event::Severity::error, false, code, "", detail, {}}}, {}, line.received_at);
  });
}

} // namespace

Lines* open_lines(FunctionCallInfo fcinfo) {
  if (kept == nullptr) {
    kept = pg::guard([] { return new Lines; });
  }
  kept->contract = pg::contract_for_call(fcinfo);
  pg::guard([] {
    kept->batch.clear();
    kept->book.clear(kept->contract);
  });
  read_mappings(kept);
  return kept;
}

Batch& batch_of(Lines* lines) { return lines->batch; }

Datum contract_version() {
  static SPIPlanPtr plan = nullptr;
  kept_plan(&plan, "SELECT version::text FROM lifecycle.event_contract_version", 0, nullptr);
  if (run_plan(plan, nullptr) != 1) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table lifecycle.event_contract_version is empty"), errhint("CALL lifecycle.install();")));
  }
  const std::string_view version = column_text(0, 1);
  text* const copy = pg::make_text(version);
  SPI_freetuptable(SPI_tuptable);
  return PointerGetDatum(copy);
}

void judge_line(Lines* lines, const Line& line) {
  // A line that is too long is not even fetched.
  if (stored_size(line) > limits.max_event_bytes) {
    refuse(lines, line, "line.too_long",
           psprintf("the line has %zu bytes, more than %zu (lifecycle_ledger.max_event_bytes)", stored_size(line),
                    limits.max_event_bytes));
    return;
  }
  const Text text = text_of(line);
  if (text.problem != nullptr) {
    refuse(lines, line, "line.empty", text.problem);
    return;
  }
  varlena* const source = line.has_source ? pg::detoasted(line.source) : nullptr;
  const event::TimeRange range = pg::event_time_range();
  pg::guard([&] {
    const json::WriterLease writer;
    if (lines->judge.judge(text.bytes, source == nullptr ? std::string_view() : pg::bytes_of(source), lines->book,
                           pg::contract_of(lines->contract), range, *writer)) {
      lines->batch.add_event(lines->judge.event(), line.received_at, lines->judge.has_warnings());
    } else {
      lines->batch.add_dead(lines->judge.findings(), lines->judge.key(), line.received_at);
    }
    lines->judge.trim();
  });
  if (text.copy != nullptr) {
    pfree(text.copy);
  }
}

} // namespace lifecycle::ingest
