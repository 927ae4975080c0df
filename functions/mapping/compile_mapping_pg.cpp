// _compile_mapping(relation, mapping, OUT …): the ledger's mapping of one relation as SQL expressions.
#include "functions/mapping/compiled_pg.hpp"
#include "functions/mapping/ledger.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "funcapi.h"
}

namespace lifecycle::pg {
namespace {

// The function's OUT columns: the ledger's, in their order, and these after them.
enum OutColumn : int {
  change_column = mapping::ledger_column_count,
  change_type,
  change_value,
  record_id_column,
  time_source,
  warnings,
  out_count
};

struct Out {
  Datum values[out_count];
  bool nulls[out_count];
  bool* used; // for each column of the relation
};

void put_text(Out& out, int column, std::string_view value) {
  out.values[column] = text_datum(value);
  out.nulls[column] = false;
}

void put_name(Out& out, int column, const char* value) {
  out.values[column] = name_datum(value);
  out.nulls[column] = false;
}

void compile(std::string_view document, const CatalogRelation& relation, Out& out) {
  mapping::Compiled compiled = mapping::compile(document, to_core(relation), mapping::ledger, zone_exists);
  for (int i = 0; i < static_cast<int>(mapping::ledger_column_count); ++i) {
    put_text(out, i, compiled.columns[i].expression);
  }
  if (compiled.change_column) {
    const CatalogColumn& column = relation.columns[*compiled.change_column];
    put_name(out, change_column, column.name);
    put_text(out, change_type, change_type_name(column.kind));
    put_text(out, change_value, compiled.change_value);
  }
  if (compiled.columns[mapping::source_record_id].plain_column) {
    put_name(out, record_id_column, relation.columns[*compiled.columns[mapping::source_record_id].plain_column].name);
  }
  put_text(out, time_source, compiled.columns[mapping::event_timestamp].raw);
  for (int i = 0; i < relation.column_count; ++i) {
    out.used[i] = compiled.used[i];
  }
  out.values[warnings] = text_array_datum(all_warnings(std::move(compiled.warnings), relation), false);
  out.nulls[warnings] = false;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_compile_mapping) {
  TupleDesc descriptor;
  if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE || descriptor->natts != out_count) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("the extension's SQL and its module are of different versions"),
                    errhint("ALTER EXTENSION lifecycle_ledger UPDATE;")));
  }
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a mapping needs a relation and a JSON object"),
                    errdetail("The %s is null.", PG_ARGISNULL(0) ? "relation" : "mapping"),
                    errhint("docs/SOURCES.md shows a whole mapping.")));
  }
  const CatalogRelation relation = read_relation(PG_GETARG_OID(0));
  const StringInfoData document = document_text(PG_GETARG_JSONB_P(1));
  Out out{};
  for (bool& null : out.nulls) {
    null = true;
  }
  out.used = static_cast<bool*>(palloc0(sizeof(bool) * Max(relation.column_count, 1)));
  guard([&] { compile({document.data, static_cast<std::size_t>(document.len)}, relation, out); });
  check_may_read(relation, out.used);
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), out.values, out.nulls)));
}

} // namespace lifecycle::pg
