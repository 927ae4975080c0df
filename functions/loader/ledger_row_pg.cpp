// _ledger_row(partition, source_system, source_record_id, …) -> (place, same): where the ledger has a record, and
// whether it has it as given. _has_open_issue(issues, source_system, source_record_id): whether something was found
// wrong with it. A run asks both of each row of its source; what comes in the order of the ids costs a fraction of an
// index scan each. _finds_rows(partition, issues): whether they can be asked.
#include "functions/loader/row_finder_pg.hpp"
#include "functions/pg/function.hpp"

#include <cstring>

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"
}

namespace lifecycle::loader {
namespace {

constexpr char key_column[] = "source_record_id";
constexpr char source_column[] = "source_system";

// The column's number less one, as the table at hand has it: a partition may have its own order. What is not of the
// type that its values are read as would be read as an address.
int column_of(Oid table, const char* name, Oid type) {
  const AttrNumber number = get_attnum(table, name);
  if (number <= 0) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("table \"%s\" has no column \"%s\"", get_rel_name(table), name)));
  }
  if (const Oid found = get_atttype(table, number); getBaseType(found) != type) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("column \"%s\" of table \"%s\" is of type %s, not %s", name, get_rel_name(table),
                           format_type_be(found), format_type_be(type))));
  }
  return number - 1;
}

// Of one call in one query, in fn_extra.
struct LedgerFinder {
  RowFinder rows; // first: what looks at a row gets this
  int source;
  int fingerprint;
  int contact_id;
  int contact_email;
  TupleDesc result;
};

struct IssueFinder {
  RowFinder rows; // first
  int source;
  int resolved_at;
};

struct Asked {
  FunctionCallInfo call;
  bool same;
};

bool is_given(const RowFinder* rows, int column, FunctionCallInfo call, int argument) {
  if (rows->nulls[column] || call->args[argument].isnull) {
    return rows->nulls[column] && call->args[argument].isnull;
  }
  return same_text(rows->values[column], call->args[argument].value);
}

bool has_fingerprint(const LedgerFinder* finder, FunctionCallInfo call, int argument) {
  return !call->args[argument].isnull && !finder->rows.nulls[finder->fingerprint] &&
         std::memcmp(DatumGetPointer(finder->rows.values[finder->fingerprint]),
                     DatumGetPointer(call->args[argument].value), UUID_LEN) == 0;
}

bool compare_record(const RowFinder* rows, void* argument) {
  const auto* const finder = reinterpret_cast<const LedgerFinder*>(rows);
  auto* const asked = static_cast<Asked*>(argument);
  if (!is_given(rows, finder->source, asked->call, 1)) {
    return false;
  }
  asked->same = has_fingerprint(finder, asked->call, 3) && is_given(rows, finder->contact_id, asked->call, 4) &&
                is_given(rows, finder->contact_email, asked->call, 5);
  return true;
}

bool is_open(const RowFinder* rows, void* argument) {
  const auto* const finder = reinterpret_cast<const IssueFinder*>(rows);
  return rows->nulls[finder->resolved_at] && is_given(rows, finder->source, static_cast<Asked*>(argument)->call, 1);
}

LedgerFinder* ledger_finder(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == nullptr) {
    MemoryContext const context = fcinfo->flinfo->fn_mcxt;
    const Oid table = PG_GETARG_OID(0);
    auto* const finder = static_cast<LedgerFinder*>(MemoryContextAllocZero(context, sizeof(LedgerFinder)));
    require_rows(&finder->rows, table, key_column, true, context);
    finder->source = column_of(table, source_column, TEXTOID);
    finder->fingerprint = column_of(table, "event_fingerprint", UUIDOID);
    finder->contact_id = column_of(table, "contact_id", TEXTOID);
    finder->contact_email = column_of(table, "contact_email", TEXTOID);
    MemoryContext const caller = MemoryContextSwitchTo(context);
    if (get_call_result_type(fcinfo, nullptr, &finder->result) != TYPEFUNC_COMPOSITE) {
      elog(ERROR, "return type must be a row type");
    }
    finder->result = BlessTupleDesc(finder->result);
    MemoryContextSwitchTo(caller);
    fcinfo->flinfo->fn_extra = finder;
  }
  return static_cast<LedgerFinder*>(fcinfo->flinfo->fn_extra);
}

IssueFinder* issue_finder(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == nullptr) {
    MemoryContext const context = fcinfo->flinfo->fn_mcxt;
    const Oid table = PG_GETARG_OID(0);
    auto* const finder = static_cast<IssueFinder*>(MemoryContextAllocZero(context, sizeof(IssueFinder)));
    require_rows(&finder->rows, table, key_column, false, context);
    finder->source = column_of(table, source_column, TEXTOID);
    finder->resolved_at = column_of(table, "resolved_at", TIMESTAMPTZOID);
    fcinfo->flinfo->fn_extra = finder;
  }
  return static_cast<IssueFinder*>(fcinfo->flinfo->fn_extra);
}

} // namespace
} // namespace lifecycle::loader

LIFECYCLE_FUNCTION(lifecycle_finds_rows) {
  using namespace lifecycle::loader;
  RowFinder finder = {};
  PG_RETURN_BOOL(can_find_rows(&finder, PG_GETARG_OID(0), key_column, true) &&
                 can_find_rows(&finder, PG_GETARG_OID(1), key_column, false));
}

LIFECYCLE_FUNCTION(lifecycle_ledger_row) {
  using namespace lifecycle::loader;
  if (PG_ARGISNULL(2)) {
    PG_RETURN_NULL();
  }
  LedgerFinder* const finder = ledger_finder(fcinfo);
  Asked asked = {fcinfo, false};
  ItemPointerData place;
  if (!find_row(&finder->rows, PG_GETARG_TEXT_PP(2), compare_record, &asked, &place)) {
    PG_RETURN_NULL();
  }
  Datum values[] = {PointerGetDatum(&place), BoolGetDatum(asked.same)};
  bool nulls[] = {false, false};
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(finder->result, values, nulls)));
}

LIFECYCLE_FUNCTION(lifecycle_has_open_issue) {
  using namespace lifecycle::loader;
  if (PG_ARGISNULL(2)) {
    PG_RETURN_BOOL(false);
  }
  Asked asked = {fcinfo, false};
  ItemPointerData place;
  PG_RETURN_BOOL(find_row(&issue_finder(fcinfo)->rows, PG_GETARG_TEXT_PP(2), is_open, &asked, &place));
}
