// event_name_problem(), event_problems(), _event_verdict() and _event_findings(): the event contract in SQL.
#include <string>
#include <vector>

#include "extension/settings.hpp"
#include "functions/event/contract_cache_pg.hpp"
#include "functions/event/judge_event.hpp"
#include "functions/event/range_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"
}

namespace lifecycle::pg {
namespace {

using event::Finding;
using event::Severity;
using event::Verdict;

constexpr Verdict naming = event::naming_error | event::naming_warning;

// Null where it is null or not given.
Jsonb* overlay_argument(FunctionCallInfo fcinfo, int number) {
  return PG_NARGS() <= number || PG_ARGISNULL(number) ? nullptr : PG_GETARG_JSONB_P(number);
}

std::string_view text_argument(FunctionCallInfo fcinfo, int number) {
  return PG_NARGS() <= number || PG_ARGISNULL(number) ? std::string_view() : view(PG_GETARG_TEXT_PP(number));
}

Finding no_event() { return {Severity::error, false, "event.missing", "", "the event is null", {}}; }

ArrayType* text_array(const Datum* texts, int count) {
  return count == 0 ? construct_empty_array(TEXTOID)
                    : construct_array(const_cast<Datum*>(texts), count, TEXTOID, -1, false, TYPALIGN_INT);
}

// What makes the event invalid; warnings do not.
ArrayType* error_texts(const std::vector<Finding>& findings) {
  auto* const texts = call([&] { return static_cast<Datum*>(palloc(sizeof(Datum) * (findings.size() + 1))); });
  int count = 0;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::error) {
      const std::string text = event::to_text(finding);
      const std::string_view bytes = text;
      texts[count++] = call([bytes] { return PointerGetDatum(make_text(bytes)); });
    }
  }
  return call([texts, count] { return text_array(texts, count); });
}

Datum event_problems(FunctionCallInfo fcinfo, Jsonb* overlay) {
  event::Contract* const contract = contract_under(contract_for_call(fcinfo), overlay);
  const event::TimeRange range = event_time_range();
  if (PG_ARGISNULL(0)) {
    PG_RETURN_ARRAYTYPE_P(guard([] { return error_texts({no_event()}); }));
  }
  varlena* const document = detoasted(PG_GETARG_DATUM(0));
  const std::string_view bytes = bytes_of(document);
  ArrayType* const problems = guard([&]() -> ArrayType* {
    if ((event::judge_event(*contract, bytes, range) & (event::structure_error | event::naming_error)) == 0)
        [[likely]] {
      return nullptr;
    }
    return error_texts(event::explain_event(*contract, bytes, range));
  });
  free_if_copy(document, PG_GETARG_DATUM(0));
  PG_RETURN_ARRAYTYPE_P(problems == nullptr ? construct_empty_array(TEXTOID) : problems);
}

// Makes the tuplestore of a function that returns a set.
void begin_result_set(FunctionCallInfo fcinfo) {
#if PG_VERSION_NUM >= 160000
  InitMaterializedSRF(fcinfo, 0);
#else
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a set of rows is returned where none can be taken"),
                    errhint("Call it in FROM.")));
  }
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  MemoryContext around = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  result->setDesc = CreateTupleDescCopy(shape);
  result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  result->returnMode = SFRM_Materialize;
  MemoryContextSwitchTo(around);
#endif
}

// One row of _event_findings.
enum FindingColumn : int { severity, code, json_pointer, detail, proposed, finding_columns };

void put_finding(const Finding& finding, bool warn, Tuplestorestate* store, TupleDesc shape) {
  const Severity shown = warn && finding.of_naming ? Severity::warning : finding.severity;
  const std::string_view columns[finding_columns] = {event::name_of(shown), finding.code, finding.pointer,
                                                     finding.detail, finding.proposed};
  const bool has_proposed = !finding.proposed.empty();
  call([&columns, has_proposed, store, shape] {
    Datum values[finding_columns];
    bool nulls[finding_columns] = {};
    for (int i = 0; i < finding_columns; ++i) {
      values[i] = PointerGetDatum(make_text(columns[i]));
    }
    nulls[proposed] = !has_proposed;
    tuplestore_putvalues(store, shape, values, nulls);
  });
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_event_name_problem) {
  event::Contract* const contract = contract_under(contract_for_call(fcinfo), overlay_argument(fcinfo, 1));
  const std::string_view name = text_argument(fcinfo, 0);
  text* const problem = guard([&]() -> text* {
    const std::optional<Finding> found = event::explain_event_name(*contract, name);
    if (!found || found->severity != Severity::error) {
      return nullptr;
    }
    const std::string text = event::to_text(*found);
    const std::string_view bytes = text;
    return call([bytes] { return make_text(bytes); });
  });
  if (problem == nullptr) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TEXT_P(problem);
}

LIFECYCLE_FUNCTION(lifecycle_event_problems) { return event_problems(fcinfo, overlay_argument(fcinfo, 1)); }

LIFECYCLE_FUNCTION(lifecycle_event_verdict) {
  CompiledContract* const compiled = contract_for_call(fcinfo);
  const std::string_view source = text_argument(fcinfo, 1);
  const event::TimeRange range = event_time_range();
  if (PG_ARGISNULL(0)) {
    PG_RETURN_INT16(2);
  }
  varlena* const document = detoasted(PG_GETARG_DATUM(0));
  const std::string_view bytes = bytes_of(document);
  const Verdict verdict = guard([&] {
    const Verdict found = event::judge_event(contract_of(compiled), bytes, range);
    return (found & naming) != 0 && warns_only(compiled, source)
               ? static_cast<Verdict>((found & ~naming) | event::naming_warning)
               : found;
  });
  free_if_copy(document, PG_GETARG_DATUM(0));
  PG_RETURN_INT16(verdict == event::valid ? 0 : verdict == event::naming_warning ? 1 : 2);
}

LIFECYCLE_FUNCTION(lifecycle_event_findings) {
  begin_result_set(fcinfo);
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  CompiledContract* const compiled = contract_for_call(fcinfo);
  const std::string_view source = text_argument(fcinfo, 1);
  event::Contract* const contract = contract_under(compiled, overlay_argument(fcinfo, 2));
  const event::TimeRange range = event_time_range();
  const bool is_null = PG_ARGISNULL(0);
  varlena* const document = is_null ? nullptr : detoasted(PG_GETARG_DATUM(0));
  const std::string_view bytes = is_null ? std::string_view() : bytes_of(document);
  Tuplestorestate* const store = result->setResult;
  TupleDesc const shape = result->setDesc;
  guard([&] {
    const bool warn = warns_only(compiled, source);
    if (is_null) {
      put_finding(no_event(), warn, store, shape);
    } else if (event::judge_event(*contract, bytes, range) != event::valid) {
      for (const Finding& finding : event::explain_event(*contract, bytes, range)) {
        put_finding(finding, warn, store, shape);
      }
    }
  });
  return Datum{0};
}

} // namespace lifecycle::pg
