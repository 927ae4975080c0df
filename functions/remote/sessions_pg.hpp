// The sessions of this backend on other servers: one a user mapping, kept until the backend ends.
#pragma once

#include "functions/remote/session_pg.hpp"

namespace lifecycle::remote {

// The session of the current user on a foreign server, connected where it is not. Used inside guard. Raises 42704 for
// no such server or mapping, 42501 without USAGE on it, 2F003 where a password is required and missing, 08001.
// number: 0, or which of further ones beside it. Whoever keeps the session keeps it from being destroyed, not from
// being replaced for those who ask later.
std::shared_ptr<Session> session_on(const char* server, int number = 0);

// Where the error that is being raised happened on the other server, as it said; null where it said nothing. An error
// context callback asks for it.
const char* error_context_there(const char* server);

} // namespace lifecycle::remote
