#include "functions/remote/sessions_pg.hpp"

#include <cstring>
#include <map>

#include <libpq-fe.h>

#include "functions/pg/boundary.hpp"

extern "C" {
#include "access/reloptions.h"
#include "catalog/pg_foreign_server.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "nodes/parsenodes.h"
#include "storage/ipc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"
}

namespace lifecycle::remote {
namespace {

struct Kept {
  std::string server;
  std::shared_ptr<Session> session;
};

// By the OID of the user mapping, and which of its sessions it is.
std::map<std::pair<Oid, int>, Kept>* kept_sessions = nullptr;

void close_sessions(int, Datum) {
  for (auto& [key, kept] : *kept_sessions) {
    if (kept.session) {
      kept.session->close();
    }
  }
}

// The catalogs' lists, as they lie in memory.
struct Catalog {
  Oid mapping;
  List* wrapper_options;
  List* server_options;
  List* mapping_options;
  bool is_superuser;
  bool is_postgres_fdw;
};

void require_usage(const ForeignServer* server) {
#if PG_VERSION_NUM >= 160000
  const AclResult result = object_aclcheck(ForeignServerRelationId, server->serverid, GetUserId(), ACL_USAGE);
#else
  const AclResult result = pg_foreign_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);
#endif
  if (result != ACLCHECK_OK) {
    aclcheck_error(result, OBJECT_FOREIGN_SERVER, server->servername);
  }
}

void require_mapping(const ForeignServer* server) {
  const auto exists = [server](Oid role) {
    return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role), ObjectIdGetDatum(server->serverid));
  };
  if (!exists(GetUserId()) && !exists(InvalidOid)) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                    errmsg("role \"%s\" has no user mapping on server \"%s\"", GetUserNameFromId(GetUserId(), false),
                           server->servername),
                    errhint("CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (user '...', password '...');",
                            quote_identifier(server->servername))));
  }
}

Catalog look_up(const char* name) {
  const ForeignServer* const server = GetForeignServerByName(name, true);
  if (server == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("server \"%s\" does not exist", name),
                    errhint("CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '...', dbname '...');",
                            quote_identifier(name))));
  }
  require_usage(server);
  require_mapping(server);
  const ForeignDataWrapper* const wrapper = GetForeignDataWrapper(server->fdwid);
  const UserMapping* const mapping = GetUserMapping(GetUserId(), server->serverid);
  return {mapping->umid,    wrapper->options, server->options,
          mapping->options, superuser(),      std::strcmp(wrapper->fdwname, "postgres_fdw") == 0};
}

// Options that libpq knows, and that are not ours to be set from outside; wrappers have others of their own.
bool is_for_libpq(const PQconninfoOption* known, std::string_view keyword) {
  if (keyword == "client_encoding" || keyword == "fallback_application_name" || keyword == "replication") {
    return false;
  }
  for (const PQconninfoOption* option = known; option->keyword != nullptr; ++option) {
    if (keyword == option->keyword) {
      return true;
    }
  }
  return false;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

void add_options(std::vector<Option>& options, const PQconninfoOption* known, const List* list,
                 bool* password_required) {
  for (int i = 0; i < list_length(list); ++i) {
    const auto* const definition = static_cast<const DefElem*>(list_nth(list, i));
    // Options of foreign objects are texts, always.
    const char* const value = strVal(definition->arg);
    if (is_for_libpq(known, definition->defname)) {
      options.emplace_back(definition->defname, value);
    } else if (password_required != nullptr && std::strcmp(definition->defname, "password_required") == 0 &&
               std::strcmp(value, "false") == 0) {
      *password_required = false; // only a superuser can have set it: postgres_fdw sees to that
    }
  }
}

} // namespace

std::shared_ptr<Session> session_on(const char* server, int number) {
  const Catalog catalog = pg::call([server] { return look_up(server); });
  const std::unique_ptr<PQconninfoOption, FreeOptions> known(PQconndefaults());
  if (!known) {
    throw std::bad_alloc();
  }
  bool password_required = !catalog.is_superuser;
  std::vector<Option> options;
  add_options(options, known.get(), catalog.wrapper_options, nullptr);
  add_options(options, known.get(), catalog.server_options, nullptr);
  add_options(options, known.get(), catalog.mapping_options, catalog.is_postgres_fdw ? &password_required : nullptr);
  bool has_password = false;
  for (const auto& [keyword, value] : options) {
    has_password = has_password || (keyword == "password" && !value.empty());
  }
  // Else the server's own user would be let in, by its files or by the system.
  if (password_required && !has_password) {
    throw Error(
        "2F003", "password is required", "Only superusers deliver without one.",
        "ALTER USER MAPPING FOR CURRENT_USER SERVER \"" + std::string(server) + "\" OPTIONS (ADD password '...');");
  }
  if (kept_sessions == nullptr) {
    kept_sessions = new std::map<std::pair<Oid, int>, Kept>();
    pg::call([] { on_proc_exit(close_sessions, 0); });
  }
  // Whoever asks for one of them has no error yet.
  for (auto& [key, kept] : *kept_sessions) {
    if (key.first == catalog.mapping && kept.session) {
      kept.session->forget_error();
    }
  }
  Kept& kept = (*kept_sessions)[{catalog.mapping, number}];
  if (!kept.session || !kept.session->is_usable() || kept.session->options() != options) {
    kept.session.reset();
    kept.server = server;
    kept.session = std::make_shared<Session>(server, std::move(options), password_required);
  }
  return kept.session;
}

const char* error_context_there(const char* server) {
  if (kept_sessions != nullptr) {
    for (const auto& [key, kept] : *kept_sessions) {
      if (kept.server == server && kept.session && !kept.session->error_context().empty()) {
        return kept.session->error_context().c_str();
      }
    }
  }
  return nullptr;
}

} // namespace lifecycle::remote
