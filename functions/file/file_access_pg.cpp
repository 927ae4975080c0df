#include "functions/file/file_access_pg.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "commands/progress.h"
#include "utils/acl.h"
#include "utils/backend_progress.h"
#include "utils/builtins.h"
}

namespace lifecycle::file {
namespace {

void require_role(Oid role, const char* role_name, const char* action) {
  if (!has_privs_of_role(GetUserId(), role)) {
    const char* const user = GetUserNameFromId(GetUserId(), false);
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to %s a file on the server", action),
             errdetail("Role \"%s\" is not a member of %s.", user, role_name),
             errhint("GRANT %s TO %s;", role_name, quote_identifier(user))));
  }
}

} // namespace

void require_file_writer() { require_role(ROLE_PG_WRITE_SERVER_FILES, "pg_write_server_files", "write"); }

void require_file_reader() { require_role(ROLE_PG_READ_SERVER_FILES, "pg_read_server_files", "read"); }

void start_progress() {
  const int parameters[] = {PROGRESS_COPY_COMMAND, PROGRESS_COPY_TYPE};
  const int64 values[] = {PROGRESS_COPY_COMMAND_TO, PROGRESS_COPY_TYPE_FILE};
  pgstat_progress_start_command(PROGRESS_COMMAND_COPY, InvalidOid);
  pgstat_progress_update_multi_param(2, parameters, values);
}

} // namespace lifecycle::file
