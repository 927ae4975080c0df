// A UUID of the cores as a datum. Server code.
#pragma once

#include <cstring>

#include "functions/fingerprint/fingerprint.hpp"
#include "functions/pg/boundary.hpp"

extern "C" {
#include "utils/uuid.h"
}

namespace lifecycle::pg {

inline Datum uuid_datum(const Uuid& uuid) {
  auto* const result = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  static_assert(sizeof result->data == sizeof uuid);
  std::memcpy(result->data, uuid.data(), sizeof result->data);
  return UUIDPGetDatum(result);
}

} // namespace lifecycle::pg
