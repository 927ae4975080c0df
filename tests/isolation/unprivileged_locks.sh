#!/usr/bin/env bash
# A session that may do nothing keeps nobody waiting: it takes every advisory lock that anybody can take, and all go on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
nobody=locks_nobody_$$ writer=locks_writer_$$
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c 'SET statement_timeout = 30000' -c "$1"; }
directory=$(mktemp -d /tmp/locks.XXXXXX)
chmod 777 "$directory"
at_exit "rm -rf $directory"
at_exit "psql -X -q -c 'DROP OWNED BY $nobody, $writer' -c 'DROP ROLE $nobody, $writer' >/dev/null 2>&1"
must value "CREATE ROLE $nobody LOGIN"
must value "CREATE ROLE $writer LOGIN"

must value 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger'
session_open thief -U "$nobody"
# Every lock of the server's own kinds: those by two numbers and by one, as the old names gave, and what the new ones have for class and number.
take="SELECT count(pg_advisory_lock(k)) FROM (SELECT hashtextextended('lifecycle_ledger.' || n, 0) AS k FROM unnest(ARRAY['install', 'batch ' || '00000000-0000-4000-8000-000000000001', 'delivery:hq:dx_operation_runs_v1', 'letters:dx_operation_runs_v1']) n
  UNION SELECT k FROM unnest(ARRAY[0, 1, 4, 5]::bigint[]) k) k"
is "$(session_query thief "$take")" 8 'anybody may take advisory locks'
is "$(session_query thief 'SELECT count(pg_advisory_lock(a, b)) FROM unnest(ARRAY[0, 1279607879]) a, unnest(ARRAY[0, 1, 4, 5]) b')" 8 '… of both kinds'
succeeds 'install() goes on' value 'CALL lifecycle.install()'
succeeds 'install_operational_tables(), too' value 'CALL lifecycle.install_operational_tables()'
succeeds '… and install_warehouse()' value "CALL lifecycle.install_warehouse('hq', '1 year')"
# What is there now has numbers.
is "$(session_query thief "SELECT count(pg_advisory_lock(c.oid::bigint)) > 10 AND count(pg_advisory_lock(c.oid::bigint::integer, 0)) > 10 AND count(pg_advisory_lock(hashtextextended(format('lifecycle_ledger.partition %s', c.oid), 0))) > 10
  FROM pg_class c WHERE relnamespace IN ('lifecycle'::regnamespace, 'hq'::regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition")" t 'the thief takes the locks of every table'
is "$(session_query thief "SELECT count(pg_advisory_lock(c.oid::bigint::integer, hashtext(n COLLATE \"C\"))) FROM pg_class c, unnest(ARRAY['hq:dx_operation_runs_v1', 'export:dx_operation_runs_v1', '00000000-0000-4000-8000-000000000001']) n
  WHERE relnamespace = 'lifecycle'::regnamespace AND relname IN ('export_batches', 'dead_letters', 'received_batches')")" 9 '… and those of what is written into them'
succeeds 'a partition is made' value "SELECT lifecycle._ensure_partition('lifecycle.events', '2011-05-05')"
succeeds 'upkeep goes on' value 'CALL lifecycle.maintain_partitions()'
must value "INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at)
  SELECT gen_random_uuid(), 'op', 'act', 'company', gen_random_uuid(), gen_random_uuid(), s, '2011-03-01+00', '2011-03-01+00' FROM unnest(ARRAY['succeeded', 'odd']) s"
must value "SELECT lifecycle.register_destination('hq', 'schema', 'hq', datasets => '{dx_operation_runs_v1}')"
succeeds 'an export goes on, with a partition to make and a dead letter' value 'CALL lifecycle.export()'
is "$(value 'SELECT (SELECT count(*) FROM hq.dx_operation_runs_v1), (SELECT count(*) FROM lifecycle.dead_letters)')" '1|1' '… and comes to its end'
succeeds 'a batch is received' value "SELECT rows_in FROM lifecycle.receive_batch('dx_operation_runs_v1', '00000000-0000-4000-8000-000000000001', '', warehouse => 'hq')"
succeeds 'a contract is published' value "SELECT lifecycle.publish_contract(contract || '{\"version\": \"1.9.0\"}') FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1'"
succeeds 'a role is granted a duty' value "SELECT lifecycle.grant_warehouse('$writer', 'receiver', 'hq')"
succeeds '… and loses it' value "SELECT lifecycle.revoke_warehouse('$writer', 'receiver', 'hq')"

# The locks themselves are not to be had.
must value "GRANT USAGE ON SCHEMA lifecycle TO $nobody, $writer"
for call in '_lock_installation()' "_lock_partitions('lifecycle.events')" "_lock_writing('lifecycle.export_batches', 'hq:dx_operation_runs_v1')" "_lock_writing('lifecycle.received_batches', 'x')"; do
  like "$(session_query thief "SELECT lifecycle.$call")" '(permission denied|must be owner)' "nobody else gets lifecycle.$call"
done
must value "GRANT CREATE ON SCHEMA lifecycle TO $writer"
must value "GRANT INSERT ON lifecycle.events, lifecycle.export_batches TO $writer"
session_open writer -U "$writer"
like "$(session_query writer 'SELECT lifecycle._lock_installation()')" 'must be owner of table schema_version' 'who may create tables there is not yet the owner of these'
like "$(session_query writer "SELECT lifecycle._lock_partitions('lifecycle.events')")" 'must be owner of table events' 'nor is who may write into one'
is "$(session_query writer "BEGIN; SELECT lifecycle._lock_writing('lifecycle.export_batches', 'hq:dx_operation_runs_v1'); COMMIT")" '' 'who may write it may wait for others who do'

# They are locks: of two that need one the second waits, and ends with the first.
session_open first; session_open second
session_query first 'BEGIN; SELECT lifecycle._lock_installation()' >/dev/null
session_send second 'SET client_min_messages = error; CALL lifecycle.install()'
succeeds 'a second install() waits' session_blocked second
session_query first COMMIT >/dev/null
is "$(session_wait second)" '' '… and goes on'
session_query first "BEGIN; SELECT lifecycle._ensure_partition('lifecycle.events', '2012-01-01')" >/dev/null
session_send second "SELECT lifecycle._ensure_partition('lifecycle.events', '2012-01-01')"
succeeds 'a second that needs the same partition waits' session_blocked second
is "$(session_query writer "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid IN (4, 5) AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted")" 1 'such a lock shows in pg_locks'
session_query first COMMIT >/dev/null
is "$(session_wait second)" f '… and finds it'
session_query first 'BEGIN; SELECT lifecycle._lock_installation(); ROLLBACK' >/dev/null
is "$(value "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid IN (4, 5) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")" 0 'none is left'
done_testing
