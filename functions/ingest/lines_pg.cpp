#include "functions/ingest/lines_pg.hpp"

#include <string>
#include <unordered_map>

#include "functions/core/limits.hpp"
#include "functions/event/range_pg.hpp"
#include "functions/ingest/event_content.hpp"
#include "functions/ingest/place_pg.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/text.hpp"
#include "functions/suppression/suppressions_pg.hpp"

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
  bool any_erased = false; // whether anybody was, so that each line need be asked for its user
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
  if (line.has_line == line.has_bytes) {
    return {{}, line.has_line ? "both line and bytes are given" : "line and bytes are null", nullptr};
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

// The bytes of an empty jsonb object.
constexpr std::uint32_t empty_object = JB_FOBJECT;

// The event of somebody who was erased, with nothing left of them. Of the event's content it is a function, so a second
// delivery is a repeat of the first.
Event redacted(Event event, const std::string& pseudonym, json::CanonicalWriter& writer) {
  event.user = pseudonym;
  event.properties = {reinterpret_cast<const char*>(&empty_object), sizeof empty_object};
  event.content = event_content(writer, {event.name, event.time, event.user, event.properties});
  return event;
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
  kept->any_erased = !suppression::suppressions_for_anyone()->empty();
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
  suppression::SuppressionList* const erased = lines->any_erased ? suppression::suppressions_for_anyone() : nullptr;
  pg::guard([&] {
    const json::WriterLease writer;
    const bool is_event = lines->judge.judge(text.bytes, source == nullptr ? std::string_view() : pg::bytes_of(source),
                                             lines->book, pg::contract_of(lines->contract), range, *writer);
    const std::string* const pseudonym = erased != nullptr ? erased->pseudonym(lines->judge.user()) : nullptr;
    if (!is_event) {
      lines->batch.add_dead(lines->judge.findings(), lines->judge.key(), line.received_at, pseudonym != nullptr);
    } else if (pseudonym != nullptr) {
      lines->batch.add_event(redacted(lines->judge.event(), *pseudonym, *writer), line.received_at,
                             lines->judge.has_warnings(), true);
    } else {
      lines->batch.add_event(lines->judge.event(), line.received_at, lines->judge.has_warnings());
    }
    lines->judge.trim();
  });
  if (text.copy != nullptr) {
    pfree(text.copy);
  }
}

bool would_be_event(Lines* lines, const Line& line, event::Contract& contract) {
  if (stored_size(line) > limits.max_event_bytes) {
    return false;
  }
  const Text text = text_of(line);
  if (text.problem != nullptr) {
    return false;
  }
  varlena* const source = line.has_source ? pg::detoasted(line.source) : nullptr;
  const event::TimeRange range = pg::event_time_range();
  const bool taken = pg::guard([&] {
    const json::WriterLease writer;
    const bool good = lines->judge.judge(text.bytes, source == nullptr ? std::string_view() : pg::bytes_of(source),
                                         lines->book, contract, range, *writer);
    lines->judge.trim();
    return good;
  });
  if (text.copy != nullptr) {
    pfree(text.copy);
  }
  return taken;
}

} // namespace lifecycle::ingest
