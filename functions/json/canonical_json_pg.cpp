#include <string>

#include "functions/json/backend_writer.hpp"
#include "functions/json/jsonb_argument.hpp"
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "utils/memutils.h"
}

namespace json = lifecycle::json;
namespace pg = lifecycle::pg;

LIFECYCLE_FUNCTION(lifecycle_canonical_json) {
  varlena* const document = pg::detoasted(PG_GETARG_DATUM(0));
  const std::string_view bytes = pg::bytes_of(document);
  const json::NumberForm form = PG_GETARG_BOOL(1) ? json::NumberForm::exact : json::NumberForm::strict;
  text* const result = pg::guard([&] {
    const json::WriterLease writer;
    const std::string_view canonical = writer->write(bytes, form);
    // A text can be a little shorter only than what max_document_bytes may be set to.
    if (canonical.size() > MaxAllocSize - VARHDRSZ) {
      throw lifecycle::Error(
          lifecycle::sqlstate::program_limit_exceeded, "JSON document is too large",
          "The canonical form takes " + std::to_string(canonical.size()) + " bytes, more than a text can have.",
          "Split the document.");
    }
    return pg::call([&] { return pg::make_text(canonical); });
  });
  pg::free_if_copy(document, PG_GETARG_DATUM(0));
  PG_RETURN_TEXT_P(result);
}
