// _contract_problems(contract): everything that is wrong with a contract document.
#include "functions/dataset/contract.hpp"
#include "functions/mapping/compiled_pg.hpp"
#include "functions/pg/function.hpp"

namespace lifecycle::pg {
namespace {

Datum problems_of(std::string_view document) {
  std::vector<std::string> texts;
  for (const dataset::Problem& problem : dataset::read_contract(document).problems) {
    texts.push_back((problem.pointer.empty() ? "The contract" : problem.pointer) + ": " + problem.what + '.');
  }
  return text_array_datum(texts, false);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_contract_problems) {
  const StringInfoData document = document_text(PG_GETARG_JSONB_P(0));
  PG_RETURN_DATUM(guard([&] { return problems_of({document.data, static_cast<std::size_t>(document.len)}); }));
}

} // namespace lifecycle::pg
