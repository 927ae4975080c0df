// _contract_problems(contract): everything that is wrong with a contract document.
#include "functions/dataset/contract.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/jsonb.h"
}

namespace lifecycle::pg {
namespace {

ArrayType* problems_of(std::string_view document) {
  const dataset::Contract contract = dataset::read_contract(document);
  const auto count = static_cast<int>(contract.problems.size());
  auto* const datums = call([count] { return static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1))); });
  for (int i = 0; i < count; ++i) {
    const dataset::Problem& problem = contract.problems[i];
    const std::string text = (problem.pointer.empty() ? "The contract" : problem.pointer) + ": " + problem.what + '.';
    const std::string_view bytes = text;
    datums[i] = call([bytes] { return PointerGetDatum(make_text(bytes)); });
  }
  return call([=] { return construct_array(datums, count, TEXTOID, -1, false, TYPALIGN_INT); });
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_contract_problems) {
  Jsonb* const contract = PG_GETARG_JSONB_P(0);
  StringInfoData document;
  initStringInfo(&document);
  JsonbToCString(&document, &contract->root, VARSIZE(contract));
  PG_RETURN_ARRAYTYPE_P(guard([&] { return problems_of({document.data, static_cast<std::size_t>(document.len)}); }));
}

} // namespace lifecycle::pg
