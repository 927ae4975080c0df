// _fits_jsonb(json) -> boolean.
#include "functions/json/fits_jsonb.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_fits_jsonb) {
  const text* const document = PG_GETARG_TEXT_PP(0);
  const std::string_view bytes = pg::view(document);
  PG_RETURN_BOOL(pg::guard([=] { return lifecycle::json::fits_jsonb(bytes); }));
}
