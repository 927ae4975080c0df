// _file_exists(path), _remove_file(path), _check_directory(path), _make_directory(path): the little housekeeping that
// files need.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "functions/file/directory.hpp"
#include "functions/file/file_access_pg.hpp"
#include "functions/file/replacement_file.hpp"
#include "functions/file/server_path.hpp"
#include "functions/pg/function.hpp"

extern "C" {
#include "utils/builtins.h"
}

LIFECYCLE_FUNCTION(lifecycle_file_exists) {
  using namespace lifecycle::file;
  require_file_reader();
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
  struct stat status = {};
  if (lstat(path, &status) == 0) {
    PG_RETURN_BOOL(true);
  }
  const int reason = errno;
  if (reason != ENOENT && reason != ENOTDIR) {
    lifecycle::pg::guard([&] { fail_file(path, "examine", reason, false); });
  }
  PG_RETURN_BOOL(false);
}

LIFECYCLE_FUNCTION(lifecycle_remove_file) {
  using namespace lifecycle::file;
  require_file_writer();
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
  PG_RETURN_BOOL(lifecycle::pg::guard([&] { return remove_file(writable_path(path, server_directories(DataDir))); }));
}

LIFECYCLE_FUNCTION(lifecycle_check_directory) {
  using namespace lifecycle::file;
  require_file_writer();
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
  lifecycle::pg::guard([&] { check_directory(path, server_directories(DataDir)); });
  PG_RETURN_VOID();
}

LIFECYCLE_FUNCTION(lifecycle_make_directory) {
  using namespace lifecycle::file;
  require_file_writer();
  const char* const path = text_to_cstring(PG_GETARG_TEXT_PP(0));
  PG_RETURN_BOOL(lifecycle::pg::guard([&] { return make_directory(path, server_directories(DataDir)); }));
}
