// _uuid_v7() -> uuid: RFC 9562 version 7. Milliseconds, then the fraction of one (method 3), then random bits: ids made
// one after the other are neighbours in an index.
#include "functions/pg/function.hpp"

#include <cstring>

extern "C" {
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace lifecycle::pg {
namespace {

constexpr int64 from_1970 = int64{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;
constexpr int random_bytes = 8;

// One call of the random source serves many ids. Backends are forked from a process that never fills it.
const unsigned char* next_random() {
  static unsigned char pool[random_bytes * 512];
  static std::size_t used = sizeof pool;
  if (used == sizeof pool) {
    if (!pg_strong_random(pool, sizeof pool)) {
      ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
    }
    used = 0;
  }
  const unsigned char* const next = pool + used;
  used += random_bytes;
  return next;
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_uuid_v7) {
  constexpr unsigned per_millisecond = 1000;
  constexpr unsigned fraction_steps = 4096; // twelve bits
  const auto now = static_cast<uint64>(GetCurrentTimestamp() + from_1970);
  const uint64 milliseconds = now / per_millisecond;
  const auto fraction = static_cast<unsigned>(now % per_millisecond) * fraction_steps / per_millisecond;
  auto* const result = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
  for (unsigned i = 0; i < 6; ++i) {
    result->data[i] = static_cast<unsigned char>(milliseconds >> (8 * (5 - i)));
  }
  result->data[6] = static_cast<unsigned char>(0x70U | (fraction >> 8U));
  result->data[7] = static_cast<unsigned char>(fraction);
  std::memcpy(result->data + 8, next_random(), random_bytes);
  result->data[8] = static_cast<unsigned char>((result->data[8] & 0x3FU) | 0x80U);
  return UUIDPGetDatum(result);
}

} // namespace lifecycle::pg
