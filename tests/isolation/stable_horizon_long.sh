#!/usr/bin/env bash
# stable_horizon() while much goes on: what may hold it back and what must not, and that no row stamped before it is ever
# seen later.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/session.sh"
plan 8

query() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }

query "CREATE EXTENSION IF NOT EXISTS lifecycle_ledger"
query "CREATE TABLE large WITH (autovacuum_enabled = off) AS SELECT i, repeat('x', 500) AS filler FROM generate_series(1, 5000) i"
query "CREATE TABLE facts (id bigserial, stamped timestamptz DEFAULT now())"
query "CREATE INDEX ON facts (stamped)"

# A VACUUM that takes its time: each page costs 100 ms.
session_open vacuum
session_query vacuum "SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1" >/dev/null
session_send vacuum "VACUUM large"
wait_until "SELECT count(*) = 1 FROM pg_stat_progress_vacuum WHERE relid = 'large'::regclass"
begun=$(query "SELECT xact_start FROM pg_stat_activity WHERE pid = $(session_pid vacuum)")
is "$(query "SET lifecycle_ledger.horizon_margin = 0; SELECT lifecycle.stable_horizon() > '$begun'")" t 'a running VACUUM holds nothing back'
is "$(query "SELECT count(*) FROM pg_stat_progress_vacuum")" 1 '… and was still running'

# A transaction in another database, older than anything here.
session_open elsewhere -d postgres
session_query elsewhere "BEGIN; SELECT pg_catalog.pg_current_xact_id() IS NOT NULL" >/dev/null
begun=$(query "SELECT xact_start FROM pg_stat_activity WHERE pid = $(session_pid elsewhere)")
is "$(query "SET lifecycle_ledger.horizon_margin = 0; SELECT lifecycle.stable_horizon() > '$begun'")" t \
  'nor does a transaction in another database'

# One here that has done nothing but begin its first statement, by a role of its own.
session_open here
session_query here "BEGIN; SELECT 1" >/dev/null
begun=$(query "SELECT xact_start FROM pg_stat_activity WHERE pid = $(session_pid here)")
is "$(query "SET lifecycle_ledger.horizon_margin = 0; SELECT lifecycle.stable_horizon() = '$begun'")" t \
  'but one here does, to the microsecond of its start'
is "$(query "SET lifecycle_ledger.horizon_margin = '5s'; SELECT lifecycle.stable_horizon() = timestamptz '$begun' - interval '5 s'")" t \
  '… less the margin'
session_close here
session_close elsewhere
query "SELECT pg_cancel_backend($(session_pid vacuum))" >/dev/null

# Writers that stamp a row, wait, and commit late, in any order. Once read, the rows before a horizon never change.
pgbench=$("${PG_CONFIG:-pg_config}" --bindir)/pgbench
if [ ! -x "$pgbench" ]; then
  skip 3 'pgbench is not installed'
  exit
fi
script=$(mktemp)
at_exit "rm -f $script"
cat >"$script" <<'SQL'
\set before random(0, 4000)
\set after random(0, 4000)
BEGIN;
SELECT 1;
\sleep :before us
INSERT INTO facts DEFAULT VALUES;
\sleep :after us
COMMIT;
SQL
query "CREATE TABLE seen (id serial, horizon timestamptz, rows bigint)"
"$pgbench" -n -c 8 -T 4 -f "$script" >/dev/null 2>&1 &
writers=$!
wait_until "SELECT count(*) > 0 FROM facts"
while kill -0 "$writers" 2>/dev/null; do
  # The horizon in one statement, the rows in a later one.
  echo "INSERT INTO seen (horizon) SELECT lifecycle.stable_horizon();"
  echo "UPDATE seen SET rows = (SELECT count(*) FROM facts WHERE stamped < horizon) WHERE rows IS NULL;"
  session_pause
done | psql -X -q -v ON_ERROR_STOP=1 -c "SET lifecycle_ledger.horizon_margin = 200" -f - >/dev/null
wait "$writers"
is "$(query "SELECT count(*) FROM seen WHERE rows <> (SELECT count(*) FROM facts WHERE stamped < horizon)")" 0 \
  'no row stamped before a horizon appears after it was read'
is "$(query "SELECT count(*) > 20 AND count(DISTINCT rows) > 5 FROM seen")" t 'looked at often, while rows came'
is "$(query "SELECT count(*) FROM seen WHERE horizon = '-infinity'")" 0 'and never unknown'
