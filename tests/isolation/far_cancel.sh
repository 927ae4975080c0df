#!/usr/bin/env bash
# What ends a call to a second server: a cancel or timeout here, at once, whether that server answers, is frozen in the middle of a statement,
# or frozen as a whole; and what becomes of the statement there: it ends, its locks with it. Nothing here waits for the other side.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/second_server.sh
plan 34
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1"; }
second_server start
second 'CREATE TABLE held (n int)' >/dev/null
psql -X -q -v ON_ERROR_STOP=1 >/dev/null 2>&1 <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
ALTER DATABASE :DBNAME SET lifecycle_ledger.retry_base = 0;
-- How long after its timeout of 200 ms a call comes back.
CREATE FUNCTION late(call text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  began timestamptz := clock_timestamp();
BEGIN
  EXECUTE call;
  RAISE EXCEPTION 'it came back';
EXCEPTION WHEN query_canceled THEN
  RETURN extract(epoch FROM clock_timestamp() - began) * 1000 - 200;
END $$;
SQL
second_server destination
# Whatever stays frozen would keep the server from stopping.
frozen=''
thaw() { [ -z "$frozen" ] || kill -CONT "$frozen" 2>/dev/null || true; frozen=''; }
freeze() { frozen=$1; kill -STOP "$frozen"; }
at_exit thaw
working="SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger' AND state = 'active'"
lock_there="DO 'BEGIN LOCK TABLE public.held; PERFORM pg_sleep(600); END'"
lock_query="SELECT count(*) FROM pg_locks WHERE relation = 'public.held'::regclass AND granted"
until_second() { # SQL WANT
  for _ in {1..1000}; do [ "$(second "$1")" != "$2" ] || return 0; session_pause; done
  diag "never: $1 gives $2"
  return 1
}
soon() { ok "$([ "$1" -le 100 ] && echo t || echo f)" "$2 ($1 ms)"; }
# best NAME SQL: of five calls that a timeout ends, the quickest comes back within 100 ms. Each in a session of its own.
best() {
  local best=1000000 took
  for _ in 1 2 3 4 5; do
    took=$(psql -X -A -t -q -c 'SET statement_timeout = 200' -c "SELECT late($(quoted "$2" call))" 2>&1) || true
    [[ $took =~ ^-?[0-9]+$ ]] || { diag "$took"; took=1000000; }
    [ "$took" -ge "$best" ] || best=$took
  done
  soon "$best" "$1"
}
# Nested, each in quotes of its own.
quoted() { printf '$%s$%s$%s$' "$2" "$1" "$2"; }
on_hq() { printf "SELECT * FROM lifecycle._on_server('hq', %s)" "$(quoted "$1" there)"; }
# cancelled NAME: cancels what a session does; sets answer, and took to how long that took.
cancelled() {
  local before after
  session_now before
  value "SELECT pg_cancel_backend($(session_pid "$1"))" >/dev/null
  answer=$(session_wait "$1")
  session_now after
  took=$((after - before))
}
session_open near
session_query near 'SET client_min_messages = error' >/dev/null
far_pid() { session_query near "$(on_hq 'SELECT pg_backend_pid()')" | tr -d '{}'; }

# What a session there runs under.
is "$(value "SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW client_connection_check_interval') r")" 100ms 'it looks for its client ten times a second'
is "$(value "SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW statement_timeout') r")" 605s 'a statement there has a limit of its own'
is "$(value "SET lifecycle_ledger.remote_timeout = '1s'; SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW statement_timeout') r")" 6s '... a little above the one here'
is "$(value "SELECT 1 FROM lifecycle._on_server('hq', 'SELECT 1') r; SET lifecycle_ledger.remote_timeout = 0; SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW statement_timeout') r" | tail -n 1)" 0 '... also when that changes; without one here there is none'
second "ALTER ROLE postgres SET statement_timeout = '5s'" "ALTER ROLE postgres SET default_transaction_isolation = serializable" >/dev/null
is "$(value "SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW statement_timeout') r")" 5s "the role's own stands where it is lower"
is "$(value "SELECT r[1] FROM lifecycle._on_server('hq', 'SHOW transaction_isolation') r")" 'read committed' '... but not its isolation'
second 'ALTER ROLE postgres RESET ALL' >/dev/null

# The other side answers.
best 'a timeout ends the wait for a statement there' "$(on_hq 'SELECT pg_sleep(600)')"
until_second "$working" 0 && pass '... and the statement'
session_send near "$(on_hq "$lock_there")"
until_second "$lock_query" 1
cancelled near
like "$answer" 'canceling statement due to user request' 'Ctrl-C: an error'
session_now began
until_second "$lock_query" 0
session_now ended
ok "$([ $((ended - began)) -le 2000 ] && echo t || echo f)" 'the locks there are free soon after'
figure "a lock there was free $((took + ended - began)) ms after the cancel"

# A backend there is frozen: in the middle of a statement, before one, and while a batch is on its way to it.
pid=$(far_pid)
session_send near "$(on_hq "$lock_there")"
until_second "$lock_query" 1
freeze "$pid"
cancelled near
like "$answer" 'canceling statement due to user request' 'frozen in mid-statement, Ctrl-C: an error'
ok "$([ "$took" -le 1000 ] && echo t || echo f)" "... at once ($took ms)"
is "$(second "$lock_query")" 1 '... while it has its lock, being frozen'
thaw
until_second "$lock_query" 0 && pass '... which it gives up as soon as it moves'
frozen_call() { # NAME SQL: in a session whose backend there is frozen
  local best=1000000 took
  for _ in 1 2 3; do
    session_open one
    pid=$(session_query one "$(on_hq 'SELECT pg_backend_pid()')" | tr -d '{}')
    freeze "$pid"
    took=$(session_query one "SET statement_timeout = 200; SELECT late($(quoted "$2" call))")
    session_close one
    thaw
    [[ $took =~ ^-?[0-9]+$ ]] || { diag "$took"; took=1000000; }
    [ "$took" -ge "$best" ] || best=$took
  done
  soon "$best" "$1"
}
frozen_call 'frozen before a statement: a timeout ends the wait' "$(on_hq 'INSERT INTO public.held VALUES (1)')"
value "CREATE VIEW public.much AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 40000)" >/dev/null
frozen_call 'frozen before a batch of 40 MB: the same' \
  "SELECT * FROM lifecycle._send_batch('hq', 'SELECT length(\$1), \$2::text', 'public.much', '{}')"
until_second "$working" 0 && pass '... and none of them is at work when it moves again'

# The end of a session here does not wait for it either.
pid=$(far_pid)
session_send near "$(on_hq "$lock_there")"
until_second "$lock_query" 1
freeze "$pid"
session_now began
value "SELECT pg_terminate_backend($(session_pid near), 10000)" >/dev/null
session_now ended
ok "$([ $((ended - began)) -le 1000 ] && echo t || echo f)" "a session here that is terminated is gone at once ($((ended - began)) ms)"
thaw
until_second "$lock_query" 0 && pass '... and its lock there when the other side moves'
session_wait near >/dev/null 2>&1 || true
session_close near

# The whole server there is frozen: nobody answers a new connection.
freeze "$(head -n 1 "$second_directory/data/postmaster.pid")"
best 'nobody answers a connection: a timeout ends the wait' "$(on_hq 'SELECT 1')"
value "ALTER SERVER hq OPTIONS (ADD connect_timeout '1')"
like "$(value "$(on_hq 'SELECT 1')" 2>&1)" 'could not connect to server "hq".*It did not answer in time' '... and connect_timeout, without one'
thaw
until second 'SELECT 1' >/dev/null 2>&1; do session_pause; done
value "ALTER SERVER hq OPTIONS (DROP connect_timeout)"

# The network is gone, and with it the news that nobody listens any more: the limit of the statement there ends it.
proxy=$(mktemp -d /tmp/proxy.XXXXXX)
chmod 777 "$proxy"
tests/lib/silent_proxy.pl "$proxy/.s.PGSQL.5432" "$second_host/.s.PGSQL.5432" &
proxy_pid=$!
at_exit "kill $proxy_pid 2>/dev/null; rm -rf '$proxy'"
until [ -S "$proxy/.s.PGSQL.5432" ]; do session_pause; done
value "ALTER SERVER hq OPTIONS (SET host '$proxy')"
like "$(value "SET lifecycle_ledger.remote_timeout = '300ms'; $(on_hq "$lock_there")" 2>&1)" 'server "hq" did not answer in time' 'a network that swallows everything: given up here'
is "$(second "$lock_query")" 1 '... while nobody has told the statement there'
until_second "$lock_query" 0 && pass '... which its own limit ends, with its locks'
value "ALTER SERVER hq OPTIONS (SET host '$second_host')"

# Cancelled over there: that is no cancel here. Whoever catches errors catches it, and other destinations have their turn.
session_open near
session_query near 'SET client_min_messages = error' >/dev/null
cancel_there() { until_second "$working" 1; second "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger' AND state = 'active'" >/dev/null; }
session_send near "DO 'BEGIN PERFORM lifecycle._on_server(''hq'', ''SELECT pg_sleep(600)''); EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION ''caught % %'', SQLSTATE, SQLERRM; END'"
cancel_there
like "$(session_wait near)" 'caught 57000 server "hq" cancelled the statement: canceling statement due to user request' 'cancelled there: an error like others'
session_send near "DO 'BEGIN PERFORM lifecycle._on_server(''hq'', ''DO ''''BEGIN ASSERT false; END'''''') ; EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION ''caught % %'', SQLSTATE, SQLERRM; END'"
like "$(session_wait near)" 'caught P0001 assertion failed' 'an assertion that fails there, too'
like "$(session_query near "$(on_hq 'SELECT 1')")" '1' '... and the session goes on'
value "INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, started_at, created_at)
  VALUES (gen_random_uuid(), 'op', 'act', 'company', gen_random_uuid(), gen_random_uuid(), 'succeeded', '2025-07-01+00', '2025-07-01+00')"
session_open lock -h "$second_host" -p 5432 -U postgres -d postgres
session_query lock 'BEGIN; LOCK TABLE lifecycle.dx_operation_runs_v1_keys' >/dev/null
session_send near "CALL lifecycle.export('dx_operation_runs_v1')"
cancel_there
like "$(session_wait near)" 'failed: server "hq" cancelled the statement' 'an export that is cancelled there fails'
is "$(value "SELECT concat_ws(' ', status, sqlstate, attempts) FROM lifecycle.export_batches WHERE status <> 'delivered'")" 'failed 57000 1' '... as a batch that is tried again'
is "$(value "SELECT status FROM lifecycle.pipeline_runs WHERE procedure = 'export' ORDER BY run_id DESC LIMIT 1")" failed '... and the run is closed'

# A cancel in the middle of an export: the next one delivers.
session_send near "CALL lifecycle.export('dx_operation_runs_v1')"
until_second "$working" 1
cancelled near
like "$answer" 'canceling statement due to user request' 'an export is cancelled here'
until_second "$working" 0 && pass '... and there, where it waited for a lock'
session_query lock ROLLBACK >/dev/null
is "$(session_query near "CALL lifecycle.export('dx_operation_runs_v1')")" '' '... and the next one'
is "$(second 'SELECT count(*) FROM lifecycle.dx_operation_runs_v1')" 1 '... delivers'
