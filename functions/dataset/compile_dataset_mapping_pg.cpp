// _compile_dataset_mapping(relation, mapping, contract, OUT …): one relation's mapping onto the columns of a contract,
// as SQL expressions.
#include "functions/core/error.hpp"
#include "functions/dataset/targets.hpp"
#include "functions/mapping/compiled_pg.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "funcapi.h"
}

namespace lifecycle::pg {
namespace {

constexpr std::array<std::string_view, 1> other_keys = {"look_back"}; // register_dataset_source reads it

enum OutColumn : int {
  expressions,
  raw_values,
  source_columns,
  change_column,
  change_type,
  change_value,
  warnings,
  out_count
};

struct Out {
  Datum values[out_count];
  bool nulls[out_count];
  bool* used; // for each column of the relation
};

void put(Out& out, int column, Datum value) {
  out.values[column] = value;
  out.nulls[column] = false;
}

void compile(std::string_view contract_text, std::string_view document, const CatalogRelation& relation, Out& out) {
  const dataset::Contract contract = dataset::read_contract(contract_text);
  if (!contract.problems.empty()) {
    throw Error(sqlstate::invalid_parameter_value, "the contract cannot be mapped to: it has problems",
                contract.problems.front().pointer + ": " + contract.problems.front().what + '.',
                "SELECT lifecycle._contract_problems(contract) lists them all.");
  }
  const std::vector<mapping::Target> targets = dataset::targets_of(contract);
  mapping::Compiled compiled = mapping::compile(document, to_core(relation), {targets, {}, other_keys}, zone_exists);
  std::vector<std::string> expression_texts;
  std::vector<std::string> raw_texts;
  std::vector<std::string> column_names;
  for (const mapping::CompiledColumn& column : compiled.columns) {
    expression_texts.push_back(column.expression);
    raw_texts.push_back(column.raw);
    column_names.emplace_back(column.only_column ? relation.columns[*column.only_column].name : "");
  }
  put(out, expressions, text_array_datum(expression_texts, false));
  put(out, raw_values, text_array_datum(raw_texts, true));
  put(out, source_columns, text_array_datum(column_names, true));
  if (compiled.change_column) {
    const CatalogColumn& column = relation.columns[*compiled.change_column];
    put(out, change_column, name_datum(column.name));
    put(out, change_type, text_datum(change_type_name(column.kind)));
    put(out, change_value, text_datum(compiled.change_value));
  }
  put(out, warnings, text_array_datum(all_warnings(std::move(compiled.warnings), relation), false));
  for (int i = 0; i < relation.column_count; ++i) {
    out.used[i] = compiled.used[i];
  }
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_compile_dataset_mapping) {
  TupleDesc descriptor;
  if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE || descriptor->natts != out_count) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("the extension's SQL and its module are of different versions"),
                    errhint("ALTER EXTENSION lifecycle_ledger UPDATE;")));
  }
  const CatalogRelation relation = read_relation(PG_GETARG_OID(0));
  const StringInfoData mapping = document_text(PG_GETARG_JSONB_P(1));
  const StringInfoData contract = document_text(PG_GETARG_JSONB_P(2));
  Out out{};
  for (bool& null : out.nulls) {
    null = true;
  }
  out.used = static_cast<bool*>(palloc0(sizeof(bool) * Max(relation.column_count, 1)));
  guard([&] {
    compile({contract.data, static_cast<std::size_t>(contract.len)},
            {mapping.data, static_cast<std::size_t>(mapping.len)}, relation, out);
  });
  check_may_read(relation, out.used);
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), out.values, out.nulls)));
}

} // namespace lifecycle::pg
