#include "functions/fingerprint/uuid_datum.hpp"
#include "functions/ingest/event_content.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_event_content) {
  varlena* const name = pg::detoasted(PG_GETARG_DATUM(0));
  const TimestampTz time = PG_GETARG_TIMESTAMPTZ(1);
  varlena* const user = pg::detoasted(PG_GETARG_DATUM(2));
  varlena* const properties = pg::detoasted(PG_GETARG_DATUM(3));
  const lifecycle::Uuid content = pg::guard([&] {
    const lifecycle::json::WriterLease writer;
    return lifecycle::ingest::event_content(*writer,
                                            {pg::bytes_of(name), time, pg::bytes_of(user), pg::bytes_of(properties)});
  });
  pg::free_if_copy(name, PG_GETARG_DATUM(0));
  pg::free_if_copy(user, PG_GETARG_DATUM(2));
  pg::free_if_copy(properties, PG_GETARG_DATUM(3));
  return pg::uuid_datum(content);
}
