// _event_contract_trigger(): the contract on table events, for every way rows come in.
#include <string>
#include <vector>

#include "extension/settings.hpp"
#include "functions/event/contract_cache_pg.hpp"
#include "functions/event/judge_event.hpp"
#include "functions/event/range_pg.hpp"
#include "functions/ingest/placing_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace lifecycle::pg {
namespace {

using event::Finding;
using event::Severity;
using event::Verdict;

// Of one statement; the rest are left to the inbox and its counts.
constexpr int most_warnings = 20;

struct Column {
  const char* name;
  Oid type;
};
enum Place : int { event_id, event_name, event_time, user_id, properties, column_count };
constexpr Column columns[column_count] = {{"event_id", UUIDOID},
                                          {"event_name", TEXTOID},
                                          {"event_time", TIMESTAMPTZOID},
                                          {"user_id", TEXTOID},
                                          {"properties", JSONBOID}};

bool is_column(TupleDesc shape, int index, const Column& column) {
  Form_pg_attribute const attribute = TupleDescAttr(shape, index);
  return !attribute->attisdropped && std::strcmp(NameStr(attribute->attname), column.name) == 0;
}

// Where it stands in events, else wherever it is.
AttrNumber attribute_of(Relation relation, int place) {
  TupleDesc const shape = RelationGetDescr(relation);
  const Column& column = columns[place];
  int index = place;
  if (unlikely(index >= shape->natts || !is_column(shape, index, column))) {
    for (index = 0; index < shape->natts && !is_column(shape, index, column); ++index) {
    }
  }
  if (unlikely(index == shape->natts || TupleDescAttr(shape, index)->atttypid != column.type)) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("table %s has no column %s of type %s", RelationGetRelationName(relation), column.name,
                           format_type_be(column.type)),
                    errhint("Put the trigger of the event contract on lifecycle.events alone.")));
  }
  return static_cast<AttrNumber>(index + 1);
}

void check_call(FunctionCallInfo fcinfo) {
  const auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigger->tg_event) ||
      !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event)) {
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("lifecycle._event_contract_trigger() is a trigger BEFORE INSERT, FOR EACH ROW")));
  }
}

// The findings of one severity as the three parts of an error.
struct Report {
  std::string message;
  std::string detail;
  std::string hint;
};

Report report(const std::vector<Finding>& findings, bool warn, Severity severity) {
  Report result;
  for (const Finding& finding : findings) {
    if ((warn && finding.of_naming ? Severity::warning : finding.severity) != severity) {
      continue;
    }
    if (result.message.empty()) {
      result.message = "event breaks the contract: " + finding.code + " at " + finding.pointer;
    } else {
      result.detail += '\n';
    }
    result.detail += finding.code + " at " + finding.pointer + ": " + finding.detail + ".";
    if (!finding.proposed.empty()) {
      result.hint += (result.hint.empty() ? "" : "\n") + std::string("Use ") + event::in_quotes(finding.proposed) +
                     " for " + finding.pointer + ".";
    }
  }
  if (result.hint.empty()) {
    result.hint = "lifecycle.event_problems(event) tells what is wrong with an event before it is sent.";
  }
  return result;
}

// A warning as plain data, for the server to raise.
struct Warning {
  char* message; // null: none
  char* detail;
  char* hint;
};

Warning warning_of(const std::vector<Finding>& findings, bool warn) {
  const Report parts = report(findings, warn, Severity::warning);
  if (parts.message.empty()) {
    return {};
  }
  const char* const texts[] = {parts.message.c_str(), parts.detail.c_str(), parts.hint.c_str()};
  return call([&texts] { return Warning{pstrdup(texts[0]), pstrdup(texts[1]), pstrdup(texts[2])}; });
}

Warning refuse_or_warn(event::Contract& contract, const event::EventColumns& row, const event::TimeRange& range,
                       bool warn) {
  const std::vector<Finding> findings = event::explain_columns(contract, row, range);
  const Report errors = report(findings, warn, Severity::error);
  if (!errors.message.empty()) {
    throw Error(sqlstate::check_violation, errors.message, errors.detail, errors.hint);
  }
  return warning_of(findings, warn);
}

void raise_warning(const Warning& warning) {
  static TimestampTz statement = 0;
  static int raised = 0;
  const TimestampTz current = GetCurrentStatementStartTimestamp();
  raised = statement == current ? raised + 1 : 1;
  statement = current;
  if (raised <= most_warnings) {
    ereport(WARNING, (errcode(ERRCODE_CHECK_VIOLATION), errmsg_internal("%s", warning.message),
                      errdetail_internal("%s", warning.detail), errhint("%s", warning.hint)));
  } else if (raised == most_warnings + 1) {
    ereport(WARNING, (errcode(ERRCODE_CHECK_VIOLATION), errmsg("further events of this statement break the contract"),
                      errdetail("No more than %d warnings of a statement are shown.", most_warnings)));
  }
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_event_contract_trigger) {
  check_call(fcinfo);
  const auto* const trigger = reinterpret_cast<TriggerData*>(fcinfo->context);
  if (ingest::placing) {
    return PointerGetDatum(trigger->tg_trigtuple); // judged already, by its source's rules
  }
  TupleTableSlot* const slot = trigger->tg_trigslot;
  Datum values[column_count];
  bool nulls[column_count];
  for (int place = 0; place < column_count; ++place) {
    values[place] = slot_getattr(slot, attribute_of(trigger->tg_relation, place), &nulls[place]);
  }
  CompiledContract* const compiled = contract_for_call(fcinfo);
  const event::TimeRange range = event_time_range();
  event::EventColumns row = {};
  row.has_id = !nulls[event_id];
  row.id = row.has_id ? DatumGetUUIDP(values[event_id])->data : nullptr;
  row.has_time = !nulls[event_time];
  row.time = row.has_time ? DatumGetTimestampTz(values[event_time]) : 0;
  if (!nulls[event_name]) {
    row.name = view(DatumGetTextPP(values[event_name]));
  }
  if (!nulls[user_id]) {
    row.user_id = view(DatumGetTextPP(values[user_id]));
  }
  varlena* document = nullptr;
  if (!nulls[properties]) {
    document = detoasted(values[properties]);
    row.properties = bytes_of(document);
  }
  const std::string_view source = event_source;
  const Warning warning = guard([&]() -> Warning {
    event::Contract& contract = contract_of(compiled);
    const Verdict verdict = event::judge_columns(contract, row, range);
    return verdict == event::valid ? Warning{} : refuse_or_warn(contract, row, range, warns_only(compiled, source));
  });
  if (warning.message != nullptr) {
    raise_warning(warning);
  }
  if (document != nullptr) {
    free_if_copy(document, values[properties]);
  }
  return PointerGetDatum(trigger->tg_trigtuple);
}

} // namespace lifecycle::pg
