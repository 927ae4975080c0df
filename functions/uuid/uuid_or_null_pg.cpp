// _uuid_or_null(text) -> uuid. The core allocates nothing and cannot throw, so no guard is needed.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"
#include "functions/uuid/parse_uuid.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace lifecycle::pg {

LIFECYCLE_FUNCTION(lifecycle_uuid_or_null) {
  const std::optional<std::array<std::uint8_t, 16>> parsed = parse_uuid(view(PG_GETARG_TEXT_PP(0)));
  if (!parsed) {
    PG_RETURN_NULL();
  }
  auto* const result = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  std::memcpy(result->data, parsed->data(), sizeof result->data);
  return UUIDPGetDatum(result);
}

} // namespace lifecycle::pg
