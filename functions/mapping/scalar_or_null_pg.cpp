// _integer_or_null(text) and _number_or_null(text): numbers out of texts, null where there is none to read. The cores
// allocate nothing and cannot throw, so no guard is needed.
#include "functions/mapping/scalar.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/numeric.h"
}

namespace lifecycle::pg {

LIFECYCLE_FUNCTION(lifecycle_integer_or_null) {
  const std::optional<std::int64_t> value = mapping::parse_integer(view(PG_GETARG_TEXT_PP(0)));
  if (!value) {
    PG_RETURN_NULL();
  }
  PG_RETURN_INT64(*value);
}

LIFECYCLE_FUNCTION(lifecycle_number_or_null) {
  const text* const given = PG_GETARG_TEXT_PP(0);
  if (!mapping::is_decimal(view(given))) {
    PG_RETURN_NULL();
  }
  PG_RETURN_DATUM(DirectFunctionCall3(numeric_in, CStringGetDatum(text_to_cstring(given)), ObjectIdGetDatum(InvalidOid),
                                      Int32GetDatum(-1)));
}

} // namespace lifecycle::pg
