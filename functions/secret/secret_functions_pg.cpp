// _any_secret(…), _secret_list(document), _is_reference(value, most_bytes): what looks like a secret, in SQL.
#include <nlohmann/json.hpp>

#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/secret/find.hpp"
#include "functions/secret/secret_rules_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace secret = lifecycle::secret;
namespace pg = lifecycle::pg;

namespace {

// Enough to redact a document in a few rounds, however many it holds.
constexpr std::size_t most_findings = 1000;

constexpr char is_text = 't';
constexpr char is_jsonb = 'j';

// Asked before the value is touched: of another type it need be no pointer.
char kind_of(FunctionCallInfo fcinfo, int argument) {
  Oid type = get_fn_expr_argtype(fcinfo->flinfo, argument);
  if (type != JSONBOID && type != TEXTOID && type != VARCHAROID && OidIsValid(type)) {
    type = getBaseType(type);
  }
  if (type != JSONBOID && type != TEXTOID && type != VARCHAROID) {
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("_any_secret() takes text, varchar and jsonb"),
                    errdetail("Argument %d is of type %s.", argument + 1, format_type_be(type))));
  }
  return type == JSONBOID ? is_jsonb : is_text;
}

std::string_view name_of(secret::What what) {
  switch (what) {
    case secret::What::under:
      return "under";
    case secret::What::key:
      return "key";
    default:
      return "value";
  }
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_any_secret) {
  const secret::RuleSet* const rules = secret::rules_for_call(fcinfo);
  char* const kinds = secret::argument_kinds(fcinfo->flinfo);
  bool found = false;
  for (int i = 0; i < PG_NARGS() && !found; ++i) {
    if (PG_ARGISNULL(i)) {
      continue;
    }
    if (unlikely(kinds[i] == 0)) {
      kinds[i] = kind_of(fcinfo, i);
    }
    const bool jsonb = kinds[i] == is_jsonb;
    varlena* const value = pg::detoasted(PG_GETARG_DATUM(i));
    const std::string_view bytes = pg::bytes_of(value);
    // Allocates nothing and calls nobody.
    if (unlikely(rules->might_find(bytes))) {
      found = pg::guard([&] { return secret::has_secret(*rules, bytes, jsonb); });
    }
    pg::free_if_copy(value, PG_GETARG_DATUM(i));
  }
  PG_RETURN_BOOL(found);
}

LIFECYCLE_FUNCTION(lifecycle_secret_list) {
  const secret::RuleSet* const rules = secret::rules_for_call(fcinfo);
  varlena* const document = pg::detoasted(PG_GETARG_DATUM(0));
  const std::string_view bytes = pg::bytes_of(document);
  text* const list = pg::guard([&]() -> text* {
    nlohmann::json findings = nlohmann::json::array();
    for (secret::Finding& finding : secret::find_in(*rules, lifecycle::json::open_container(bytes), most_findings)) {
      findings.push_back(
          {{"path", std::move(finding.path)}, {"rule", finding.rule->name}, {"what", name_of(finding.what)}});
    }
    const std::string written = findings.dump();
    const std::string_view view = written;
    return pg::call([view] { return pg::make_text(view); });
  });
  PG_RETURN_TEXT_P(list);
}

// What begins as a document does, is as long as one, or carries one within itself, is the payload and not a reference.
LIFECYCLE_FUNCTION(lifecycle_is_reference) {
  const std::string_view value = pg::view(PG_GETARG_TEXT_PP(0));
  const int32 most_bytes = PG_GETARG_INT32(1);
  const std::size_t first = value.find_first_not_of(" \t\r\n");
  constexpr std::string_view inline_data = "data:";
  const bool is_inline =
      value.size() >= inline_data.size() && pg_strncasecmp(value.data(), inline_data.data(), inline_data.size()) == 0;
  PG_RETURN_BOOL(first != std::string_view::npos &&
                 std::string_view("{[<\"").find(value[first]) == std::string_view::npos &&
                 value.find('\n') == std::string_view::npos && !is_inline &&
                 value.size() <= static_cast<std::size_t>(Max(most_bytes, 0)));
}
