// Asks another server to cancel a statement, without waiting for that server.
#pragma once

struct pg_conn;

namespace lifecycle::remote {

// The request goes its own way; returns when it was made or `patience` milliseconds have passed.
void cancel_aside(pg_conn* connection, int patience) noexcept;

} // namespace lifecycle::remote
