#include "functions/file/file_access_pg.hpp"

extern "C" {
#include "catalog/pg_authid.h"
#include "utils/acl.h"
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

} // namespace lifecycle::file
