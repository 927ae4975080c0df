// _event_refusal() and _rehearse_dead_letters(): what rehearse_contract() asks of history. Both read, neither writes.
#include "functions/event/contract_cache_pg.hpp"
#include "functions/event/judge_event.hpp"
#include "functions/event/range_pg.hpp"
#include "functions/ingest/lines_pg.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
}

namespace lifecycle::ingest {
namespace {

Jsonb* overlay_argument(FunctionCallInfo fcinfo, int number) {
  return PG_ARGISNULL(number) ? nullptr : PG_GETARG_JSONB_P(number);
}

// The errors of a stored event as JSON text; null where it has none.
char* refusal_of(event::Contract& contract, const event::EventColumns& columns) {
  const event::TimeRange range = pg::event_time_range();
  return pg::guard([&]() -> char* {
    const event::Verdict verdict = event::judge_columns(contract, columns, range);
    if ((verdict & (event::structure_error | event::naming_error)) == 0) [[likely]] {
      return nullptr;
    }
    std::vector<event::Finding> errors;
    for (event::Finding& finding : event::explain_columns(contract, columns, range)) {
      if (finding.severity == event::Severity::error) {
        errors.push_back(std::move(finding));
      }
    }
    const std::string json = findings_json(errors);
    const char* const text = json.c_str();
    return pg::call([text] { return pstrdup(text); });
  });
}

// The result set of a function that returns all its rows at once. InitMaterializedSRF() is of 15 and later.
Tuplestorestate* begin_result_set(FunctionCallInfo fcinfo, TupleDesc* shape) {
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo) || (result->allowedModes & SFRM_Materialize) == 0) {
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("the function is called in a place that takes no set")));
  }
  MemoryContext const around = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
  if (get_call_result_type(fcinfo, nullptr, shape) != TYPEFUNC_COMPOSITE) {
    elog(ERROR, "return type must be a row type");
  }
  result->returnMode = SFRM_Materialize;
  result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
  result->setDesc = *shape = BlessTupleDesc(*shape);
  MemoryContextSwitchTo(around);
  return result->setResult;
}

// A dead letter as a line; columns as the query below gives them.
Line letter_at(uint64 row) {
  const auto column = [row](int number, bool* present) {
    bool null = false;
    const Datum value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &null);
    *present = !null;
    return value;
  };
  Line line = {};
  line.source = column(3, &line.has_source);
  line.line = column(4, &line.has_line);
  line.bytes = column(5, &line.has_bytes);
  return line;
}

Portal open_letters() {
  // What is no JSON stays so under any contract, and an id that is taken stays taken.
  SPIPlanPtr const plan = SPI_prepare(
      "SELECT id, code, source, body, body_bytes FROM lifecycle.dead_letters WHERE stage = 'ingest' AND resolved_at IS "
      "NULL "
      "AND code !~ '^(json|line|write)\\.' AND code <> 'event_id.reused'",
      0, nullptr);
  if (plan == nullptr) {
    elog(ERROR, "SPI_prepare: %s", SPI_result_code_string(SPI_result));
  }
  return SPI_cursor_open(nullptr, plan, nullptr, nullptr, true);
}

} // namespace
} // namespace lifecycle::ingest

LIFECYCLE_FUNCTION(lifecycle_event_refusal) {
  namespace event = lifecycle::event;
  namespace pg = lifecycle::pg;
  namespace ingest = lifecycle::ingest;
  pg::CompiledContract* const compiled = pg::contract_for_call(fcinfo);
  event::Contract* const contract = pg::contract_under(compiled, ingest::overlay_argument(fcinfo, 5));
  for (int i = 0; i < 5; ++i) {
    if (PG_ARGISNULL(i)) {
      PG_RETURN_NULL(); // no stored event
    }
  }
  varlena* const name = pg::detoasted(PG_GETARG_DATUM(1));
  varlena* const user = pg::detoasted(PG_GETARG_DATUM(3));
  varlena* const properties = pg::detoasted(PG_GETARG_DATUM(4));
  const event::EventColumns columns = {true,
                                       PG_GETARG_UUID_P(0)->data,
                                       pg::bytes_of(name),
                                       true,
                                       PG_GETARG_TIMESTAMPTZ(2),
                                       pg::bytes_of(user),
                                       pg::bytes_of(properties)};
  char* const json = ingest::refusal_of(*contract, columns);
  pg::free_if_copy(properties, PG_GETARG_DATUM(4));
  if (json == nullptr) {
    PG_RETURN_NULL();
  }
  return DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
}

LIFECYCLE_FUNCTION(lifecycle_rehearse_dead_letters) {
  namespace pg = lifecycle::pg;
  namespace ingest = lifecycle::ingest;
  constexpr long fetched_at_once = 1000;
  TupleDesc shape = nullptr;
  Tuplestorestate* const store = ingest::begin_result_set(fcinfo, &shape);
  Jsonb* const overlay = ingest::overlay_argument(fcinfo, 0);
  SPI_connect();
  pg::CompiledContract* const compiled = pg::contract_for_call(fcinfo);
  ingest::Lines* const lines = ingest::open_lines(fcinfo);
  lifecycle::event::Contract* const contract = pg::contract_under(compiled, overlay);
  Portal const letters = ingest::open_letters();
  MemoryContext const work = AllocSetContextCreate(CurrentMemoryContext, "lifecycle rehearsal", ALLOCSET_DEFAULT_SIZES);
  for (;;) {
    SPI_cursor_fetch(letters, true, fetched_at_once);
    SPITupleTable* const table = SPI_tuptable;
    const uint64 count = SPI_processed;
    MemoryContext const around = MemoryContextSwitchTo(work);
    for (uint64 row = 0; row < count; ++row) {
      CHECK_FOR_INTERRUPTS();
      if (ingest::would_be_event(lines, ingest::letter_at(row), *contract)) {
        Datum values[2];
        bool nulls[2];
        values[0] = SPI_getbinval(table->vals[row], table->tupdesc, 1, &nulls[0]);
        values[1] = SPI_getbinval(table->vals[row], table->tupdesc, 2, &nulls[1]);
        tuplestore_putvalues(store, shape, values, nulls);
      }
      MemoryContextReset(work);
    }
    MemoryContextSwitchTo(around);
    SPI_freetuptable(table);
    if (count == 0) {
      break;
    }
  }
  SPI_cursor_close(letters);
  SPI_finish();
  return Datum{0};
}
