// _keyed_hash(kind, value), _is_suppressed(contact_id, email), _any_suppressed(), _pseudonym(user_key): the suppression
// list in SQL.
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/suppression/suppressions_pg.hpp"

namespace suppression = lifecycle::suppression;
namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_keyed_hash) {
  const std::string_view kind = pg::view(PG_GETARG_TEXT_PP(0));
  const std::string_view value = pg::view(PG_GETARG_TEXT_PP(1));
  suppression::SuppressionList* const list = suppression::suppressions();
  const suppression::Digest digest = pg::guard([&] { return list->hash(kind, value); });
  PG_RETURN_BYTEA_P(pg::make_text({reinterpret_cast<const char*>(digest.data()), digest.size()}));
}

LIFECYCLE_FUNCTION(lifecycle_is_suppressed) {
  suppression::SuppressionList* const list = suppression::suppressions();
  if (list->empty()) {
    PG_RETURN_BOOL(false);
  }
  const std::string_view id = PG_ARGISNULL(0) ? std::string_view() : pg::view(PG_GETARG_TEXT_PP(0));
  const std::string_view email = PG_ARGISNULL(1) ? std::string_view() : pg::view(PG_GETARG_TEXT_PP(1));
  PG_RETURN_BOOL(pg::guard([&] { return list->has_contact_id(id) || list->has_email(email); }));
}

LIFECYCLE_FUNCTION(lifecycle_pseudonym) {
  suppression::SuppressionList* const list = suppression::suppressions();
  if (list->empty()) {
    PG_RETURN_NULL();
  }
  const std::string_view user = pg::view(PG_GETARG_TEXT_PP(0));
  const std::string* const pseudonym = pg::guard([&] { return list->pseudonym(user); });
  if (pseudonym == nullptr) {
    PG_RETURN_NULL();
  }
  PG_RETURN_TEXT_P(pg::make_text(*pseudonym));
}

// That the list is empty or not tells nothing about anybody.
LIFECYCLE_FUNCTION(lifecycle_any_suppressed) { PG_RETURN_BOOL(!suppression::suppressions_for_anyone()->empty()); }
