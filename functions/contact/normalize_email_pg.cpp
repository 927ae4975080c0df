// normalize_email(text): the core behind SQL.
#include "functions/contact/normalize_email.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_normalize_email) {
  const text* const given = PG_GETARG_TEXT_PP(0);
  const std::string_view raw = pg::view(given);
  auto* result = static_cast<text*>(palloc(raw.size() + VARHDRSZ));
  if (lifecycle::normalize_plain_email(raw, VARDATA(result))) {
    SET_VARSIZE(result, raw.size() + VARHDRSZ);
    PG_RETURN_TEXT_P(result);
  }
  pfree(result);
  result = pg::guard([&]() -> text* {
    std::string normal;
    if (!lifecycle::normalize_email(raw, normal)) {
      return nullptr;
    }
    const std::string_view bytes = normal;
    return pg::call([&] { return pg::make_text(bytes); });
  });
  if (result == nullptr) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TEXT_P(result);
}
