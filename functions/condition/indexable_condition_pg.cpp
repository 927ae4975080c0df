// _indexable_condition(rule, path, expression) -> text, _check_condition(rule) -> boolean
#include "functions/condition/indexable.hpp"
#include "functions/condition/program.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace condition = lifecycle::condition;
namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_indexable_condition) {
  const std::string_view rule = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(0)));
  const std::string_view path = pg::view(PG_GETARG_TEXT_PP(1));
  const std::string_view expression = pg::view(PG_GETARG_TEXT_PP(2));
  text* const result = pg::guard([=]() -> text* {
    const auto found = condition::indexable_condition(rule, path, expression);
    if (!found) {
      return nullptr;
    }
    const std::string_view sql = *found;
    return pg::call([sql] { return pg::make_text(sql); });
  });
  if (result == nullptr) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TEXT_P(result);
}

LIFECYCLE_FUNCTION(lifecycle_check_condition) {
  const std::string_view rule = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(0)));
  pg::guard([=] { static_cast<void>(condition::Program::compile(rule, condition::RuleForm::condition)); });
  PG_RETURN_BOOL(true);
}
