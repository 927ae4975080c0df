// _compile_mapping(relation, mapping, OUT …): the ledger's mapping of one relation as SQL expressions.
#include "functions/mapping/ledger.hpp"
#include "functions/mapping/relation_pg.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/time/zone_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
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

bool zone_exists(std::string_view name) {
  return call([name] { return find_zone(pnstrdup(name.data(), name.size())) != nullptr; });
}

void put_text(Out& out, int column, std::string_view value) {
  out.values[column] = call([value] { return PointerGetDatum(make_text(value)); });
  out.nulls[column] = false;
}

void put_name(Out& out, int column, const char* value) {
  out.values[column] = call([value] { return DirectFunctionCall1(namein, CStringGetDatum(value)); });
  out.nulls[column] = false;
}

// The base type as the catalog writes it, so that callers can tell the three apart under any domain.
const char* change_type_name(mapping::SourceKind kind) {
  switch (kind) {
    case mapping::SourceKind::timestamptz:
      return "timestamp with time zone";
    case mapping::SourceKind::timestamp:
      return "timestamp without time zone";
    default:
      return "date";
  }
}

mapping::Relation to_core(const CatalogRelation& relation) {
  mapping::Relation core{relation.name, {}};
  for (int i = 0; i < relation.column_count; ++i) {
    const CatalogColumn& column = relation.columns[i];
    core.columns.push_back({column.name, column.kind, column.type});
  }
  return core;
}

void put_warnings(Out& out, std::vector<std::string> texts, const CatalogRelation& relation) {
  const std::string name = relation.name;
  if (relation.is_temporary) {
    texts.push_back(name + " is a temporary table: no other session can read it, and it goes with this one.");
  }
  if (relation.rows_are_hidden) {
    texts.push_back("Row-level security of " + name +
                    " holds for this role: a row it hides counts as deleted upstream.");
  }
  const int count = static_cast<int>(texts.size());
  auto* const datums = call([count] { return static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1))); });
  for (int i = 0; i < count; ++i) {
    const std::string_view text = texts[i];
    datums[i] = call([text] { return PointerGetDatum(make_text(text)); });
  }
  out.values[warnings] =
      call([=] { return PointerGetDatum(construct_array(datums, count, TEXTOID, -1, false, TYPALIGN_INT)); });
  out.nulls[warnings] = false;
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
  put_warnings(out, std::move(compiled.warnings), relation);
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
  Jsonb* const mapping = PG_GETARG_JSONB_P(1);
  StringInfoData document;
  initStringInfo(&document);
  JsonbToCString(&document, &mapping->root, VARSIZE(mapping));
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
