// _explain_match(rule, data) -> jsonb
#include "functions/condition/explain.hpp"
#include "functions/condition/result.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/jsonb.h"
}

namespace condition = lifecycle::condition;
namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_explain_match) {
  const std::string_view rule = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(0)));
  const std::string_view data = pg::bytes_of(pg::detoasted(PG_GETARG_DATUM(1)));
  const TimestampTz now = GetCurrentTransactionStartTimestamp();
  Jsonb* const result = pg::guard([=] {
    const condition::Document document(data);
    condition::Explanation explanation(rule, document, now);
    std::string bytes;
    condition::write_result(explanation.to_value(), bytes);
    const std::string_view view = bytes;
    return pg::call([view] {
      auto* const made = static_cast<Jsonb*>(palloc(VARHDRSZ + view.size()));
      SET_VARSIZE(made, VARHDRSZ + view.size());
      std::memcpy(VARDATA(made), view.data(), view.size());
      return made;
    });
  });
  PG_RETURN_JSONB_P(result);
}
