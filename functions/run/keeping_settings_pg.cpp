// _keeping_settings(command): runs SQL in UTC and puts every setting back that it changes. pg_partman sets search_path
// for the session, not for the transaction: below a function with a SET clause that would outlive the function and
// leave the caller's session with the function's search_path. And outside UTC it misplaces bounds.
#include "functions/pg/function.hpp"
#include "functions/pg/text.hpp"

extern "C" {
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
}

namespace {

void set_until_the_level_ends(const char* name, const char* value) {
  set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

} // namespace

LIFECYCLE_FUNCTION(lifecycle_keeping_settings) {
  const char* const command = text_to_cstring(PG_GETARG_TEXT_PP(0));
  const int level = NewGUCNestLevel();
  set_until_the_level_ends("search_path", "pg_catalog, pg_temp");
  set_until_the_level_ends("timezone", "UTC");
  set_until_the_level_ends("datestyle", "ISO, MDY");
  set_until_the_level_ends("intervalstyle", "postgres");
  SPI_connect();
  if (const int code = SPI_execute(command, false, 0); code < 0) {
    elog(ERROR, "SPI_execute: %s", SPI_result_code_string(code));
  }
  SPI_finish();
  // As if the level were aborted: plain SETs of the command are undone too.
  AtEOXact_GUC(false, level);
  PG_RETURN_VOID();
}
