#include "functions/fingerprint/fingerprint.hpp"
#include "functions/fingerprint/uuid_datum.hpp"
#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/rows_ahead.hpp"

namespace json = lifecycle::json;
namespace pg = lifecycle::pg;

namespace {

pg::RowsAhead rows_ahead;

} // namespace

LIFECYCLE_FUNCTION(lifecycle_fingerprint) {
  const Datum argument = PG_GETARG_DATUM(0);
  rows_ahead.at_value(argument);
  varlena* const document = pg::detoasted(argument);
  const std::string_view bytes = pg::bytes_of(document);
  const lifecycle::Uuid uuid = pg::guard([&] {
    const json::WriterLease writer;
    return lifecycle::fingerprint(*writer, bytes);
  });
  pg::free_if_copy(document, argument);
  return pg::uuid_datum(uuid);
}
