#!/usr/bin/env bash
# Who is erased here is gone on a second server, wherever that server has them: tables, versions, dead letters, what it remembers of batches, rows
# that a reconciliation has replaced. A server that is down, locked or of another release gets it later; nothing that is under way brings them back.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
. tests/lib/second_server.sh
value() { psql -X -A -t -q -c 'SET client_min_messages = error' -c "$1"; }
second_server start
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
ALTER DATABASE :DBNAME SET lifecycle_ledger.retry_base = 0;
ALTER DATABASE :DBNAME SET lifecycle_ledger.delivery_lock_timeout = '300ms';
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) SELECT id(n), 'user' || n || '@example.com', 'Activation' FROM generate_series(10, 40) n;
INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || n, 'user' || n || '@example.com' FROM generate_series(10, 40) n;
INSERT INTO lifecycle.person_entities (org_id, entity_id, full_name, work_email, title, seniority) SELECT id(n % 3), id(200 + n), 'Person ' || n, 'User' || n || '@Example.com', 'CEO', 'senior' FROM generate_series(10, 40) n;
UPDATE lifecycle.person_entities SET department = 'sales';
INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, attempt_count, started_at, created_at, error_message)
  SELECT id(300 + n), 'op', 'act', 'person', id(200 + n), id(n % 3), 'failed', 1, '2025-07-01+00', '2025-07-01+00', 'no answer from Person ' || n FROM generate_series(10, 40) n;
INSERT INTO lifecycle.operation_events (event_id, run_id, event_type, event_sequence, occurred_at, org_id, entity_type, entity_id, metadata_json)
  SELECT id(400 + n), id(300 + n), 'error', 1, timestamptz '2025-07-01+00', id(n % 3), 'company', id(600), jsonb_build_object('cc', 'wrote to user' || n || '@example.com.') FROM generate_series(10, 40) n;
SQL
second_server destination
export_now() { psql -X -q -c 'SET client_min_messages = error' -c 'CALL lifecycle.export()' 2>&1 || true; }
erase() { psql -X -q -c 'SET client_min_messages = warning' -c "CALL lifecycle.erase_${2:-user}($([ "${2:-user}" = user ] && echo "id($1)" || echo "'c$1'"))" 2>&1 || true; }
everywhere="SELECT coalesce(string_agg(replace(x.relation, 'lifecycle.', '') || ' ' || x.n, ', ' ORDER BY x.relation), 'nowhere') FROM (
  SELECT CASE WHEN c.relispartition THEN (SELECT p.inhparent::regclass::text FROM pg_inherits p WHERE p.inhrelid = c.oid) ELSE c.oid::regclass::text END AS relation,
    sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s t WHERE t::text ~* %L', c.oid::regclass, PATTERN), false, true, '')))[1]::text::int) AS n
  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'lifecycle'::regnamespace GROUP BY 1) x WHERE x.n > 0"
# Where somebody is there, by name or address, with the number of rows.
found() {
  local pattern="'Person $1\\M|\\muser$1@example'"
  second "${everywhere/PATTERN/$pattern}"
}
others="SELECT md5(string_agg(t, E'\n' ORDER BY t)) FROM (SELECT t::text FROM lifecycle.dx_person_entities_v1 t WHERE full_name IS NOT NULL AND full_name <> 'Person EXCEPT' UNION ALL
  SELECT t::text FROM lifecycle.dx_operation_events_v1 t WHERE t.metadata_json <> '{}' AND t::text !~ 'userEXCEPT@' UNION ALL
  SELECT t::text FROM lifecycle.dx_operation_runs_v1 t WHERE t.error_message IS NOT NULL AND error_message !~ 'Person EXCEPT\$' UNION ALL
  SELECT t::text FROM lifecycle.dx_entity_snapshots_v1 t WHERE t.canonical_payload_json ->> 'full_name' <> 'Person EXCEPT') t"
all_but() { second "${others//EXCEPT/$1}"; }
deliver() { session_query "$1" 'SET client_min_messages = error' >/dev/null; }
is "$(export_now)" '' 'exported'
is "$(found 10)" 'dx_entity_snapshots_v1 2, dx_operation_events_v1 1, dx_operation_runs_v1 1, dx_person_entities_v1 1' 'somebody is in four tables there'

# And where nobody looks: a line that was refused, another row under a key that is taken, a row that a reconciliation replaced.
line() { printf '{"export_schema_version":"v1","run_id":"%s","operation_id":"op","action_id":"act","entity_type":"person","entity_id":"%s","org_id":"%s","status":"%s","attempt_count":1,"started_at":"2025-07-01T00:00:00Z","created_at":"2025-07-01T00:00:00Z","error_message":"%s"}' "$@"; }
id() { printf '%s' "$(printf '%s' "$1" | md5sum | sed -E 's/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/')"; }
second "SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '$(line "$(id 901)" "$(id 210)" "$(id 1)" odd 'Person 10 did not answer')
$(line "$(id 902)" "$(id 600)" "$(id 1)" odd 'wrote to \u0075ser10@example.com')
$(line "$(id 310)" "$(id 210)" "$(id 1)" failed 'Person 10 again')
no JSON, but user10@example.com')" >/dev/null
second_tamper dx_operation_runs_v1 "UPDATE lifecycle.dx_operation_runs_v1 SET error_message = 'Person 10 in other words' WHERE run_id = '$(id 310)'"
value "CALL lifecycle.reconcile('dx_operation_runs_v1')"
is "$(found 10)" 'dead_letters 3, dx_entity_snapshots_v1 2, dx_operation_events_v1 1, dx_operation_runs_v1 1, dx_person_entities_v1 1, overwritten_rows 1, received_batches 1' 'and in all others that can have them'
is "$(second "SELECT count(*) FROM lifecycle.dead_letters WHERE body LIKE '%u0075ser10%'")" 1 '... once in escapes'

before=$(all_but 10)
is "$(erase 10)" '' 'erased'
is "$(found 10)" nowhere 'nothing of them is left there'
is "$(second "SELECT count(*) FROM lifecycle.dead_letters WHERE body LIKE '%u0075ser10%'")" 0 '... nor in escapes'
is "$(all_but 10)" "$before" 'all others are as they were'
is "$(second "SELECT seniority || ' ' || department FROM lifecycle.dx_person_entities_v1 WHERE entity_id = '$(id 210)'")" 'senior sales' 'what is not personal stays'
is "$(value "SELECT string_agg(DISTINCT destination || ' ' || (delivered_at IS NOT NULL) || ' ' || (entities = '{}' AND addresses = '{}' AND salt = ''), ', ') FROM lifecycle.export_erasures")" 'hq true true' 'here it is done, and forgotten'
is "$(export_now)$(found 10)" nowhere 'a later export brings nothing back'
is "$(erase 10)$(found 10)" nowhere 'once more: nothing happens'
is "$(value "SELECT count(*) FROM lifecycle.export_erasures WHERE delivered_at IS NULL")$(all_but 10)" "0$before" '... to anybody'
is "$(value 'CALL lifecycle.reconcile()' 2>&1)$(found 10)" nowhere 'both sides agree'
value "CALL lifecycle.backfill('dx_person_entities_v1', '2000-01-01', '2100-01-01', '200 years')"
is "$(found 10)$(value 'SELECT count(*) FROM lifecycle.dead_letters WHERE resolved_at IS NULL')" nowhere0 'nor does a backfill bring anything back'
is "$(erase 11 contact)$(found 11)" nowhere 'a contact, the same'

# A batch from before the erasure, sent once more by somebody else.
second "SELECT lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '$(line "$(id 310)" "$(id 210)" "$(id 1)" failed 'no answer from Person 10')')" >/dev/null
is "$(found 10)" nowhere 'a row from before, sent again, is refused, and its dead letter has nothing of them'
is "$(second "SELECT code || ' ' || key || ' ' || (body::jsonb ? 'error_message') FROM lifecycle.dead_letters WHERE resolved_at IS NULL AND code = 'content_differs'")" "content_differs $(id 310) false" '... but its key'

# Down.
second_server kill9
like "$(erase 12)" 'WARNING:  erase_user: dataset "dx_.*" at destination "hq" still has the person: could not connect to server "hq"' 'down: a warning'
is "$(value "SELECT string_agg(DISTINCT concat_ws(' ', status, reason, sqlstate), ', ') FROM lifecycle.export_batches WHERE status <> 'delivered'")" 'failed erasure 08001' '... and batches that are tried again'
is "$(value 'SELECT finished_at IS NOT NULL FROM lifecycle.erasures ORDER BY erasure_id DESC LIMIT 1')" t '... the erasure here is done'
value "UPDATE lifecycle.person_entities SET department = 'board'"
like "$(export_now)" 'could not connect to server "hq"' '... still down'
is "$(value "SELECT string_agg(DISTINCT attempts::text, ', ') FROM lifecycle.export_batches WHERE status <> 'delivered' AND dataset <> 'dx_company_entities_v1'")" 2 '... another attempt'
second_server up
isnt "$(found 12)" nowhere '... they are there still'
is "$(export_now)$(found 12)" nowhere 'up again: the next export delivers it'
is "$(second "SELECT count(*) FROM lifecycle.dx_person_entities_v1 WHERE department = 'board'") $(value "SELECT count(*) FROM lifecycle.export_batches WHERE status <> 'delivered'")" '31 0' '... and what waited behind it'

# A dataset that has no source any more, and versions that came with the entities alone.
value "SELECT lifecycle.unregister_dataset_source('dx_entity_snapshots_v1', 'lifecycle.entity_snapshots'); SELECT lifecycle.unregister_dataset_source('dx_operation_events_v1', 'lifecycle.operation_events')" >/dev/null
value "DELETE FROM lifecycle.export_batches WHERE dataset = 'dx_entity_snapshots_v1'"
second_server kill9
erase 13 >/dev/null
second_server up
is "$(export_now)$(found 13)" nowhere 'a dataset that is exported no longer gets it with the next export, too'
is "$(erase 14)$(found 14)" nowhere '... or at once'

# Another release there, or none.
lacks() { # NAME SQL-THERE PATTERN SQL-THERE-THAT-MENDS
  second "$2" >/dev/null
  like "$(erase "$next")" "$3" "$1: told"
  like "$(export_now)" 'HINT: .*(ALTER EXTENSION|install|CREATE EXTENSION|Another server)' '... with the mend, by the export too'
  second "$4" >/dev/null
  is "$(export_now)$(found "$next")" nowhere '... mended, the next export delivers it'
  next=$((next + 1))
}
next=15
lacks 'a release without receive_erasure()' 'ALTER FUNCTION lifecycle.receive_erasure RENAME TO hidden' 'server "hq" does not take erasures from here: function lifecycle.receive_erasure.* does not exist' 'ALTER FUNCTION lifecycle.hidden RENAME TO receive_erasure'
lacks 'tables of another release' "UPDATE lifecycle.schema_version SET version = '0.0.1'" 'still has the person: the tables of lifecycle_ledger are of another version' 'CALL lifecycle.install()'
value "ALTER SERVER hq OPTIONS (SET dbname 'template1')"
like "$(erase 17)" 'still has the person: server "hq" cannot take batches' 'no extension there: told'
value "ALTER SERVER hq OPTIONS (SET dbname 'postgres')"
is "$(export_now)$(found 17)" nowhere '... mended, the next export delivers it'

# Two sessions. A batch that is being applied there, with somebody in it, is waited for: it is redacted, or the erasure is tried again.
session_open there -h "$second_host" -p 5432 -U postgres -d postgres
session_query there "BEGIN; SELECT rows_in FROM lifecycle.receive_batch('dx_operation_runs_v1', gen_random_uuid(), '$(line "$(id 903)" "$(id 218)" "$(id 1)" failed 'no answer from Person 18')')" >/dev/null
like "$(erase 18)" 'dataset "dx_operation_runs_v1" at destination "hq" still has the person: canceling statement due to lock timeout' 'a batch that is on its way into the table: the erasure does not overtake it'
session_query there COMMIT >/dev/null
is "$(second "SELECT error_message FROM lifecycle.dx_operation_runs_v1 WHERE run_id = '$(id 903)'")" 'no answer from Person 18' '... which arrives'
is "$(export_now)$(found 18)" nowhere '... and is redacted with the next attempt'
# The same in the sender's own queue: an export that waits there, and an erasure beside it.
session_open near
session_query near 'SET client_min_messages = error; SET lifecycle_ledger.delivery_lock_timeout = 20000' >/dev/null
value "UPDATE lifecycle.person_entities SET seniority = 'junior'"
session_query there 'BEGIN; LOCK TABLE lifecycle.dx_person_entities_v1 IN EXCLUSIVE MODE' >/dev/null
session_send near "CALL lifecycle.export('dx_person_entities_v1')"
for _ in {1..1000}; do [ "$(second "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lifecycle_ledger' AND wait_event_type = 'Lock'")" != 1 ] || break; session_pause; done
session_open eraser
session_query eraser 'SET client_min_messages = error; SET lifecycle_ledger.delivery_lock_timeout = 20000' >/dev/null
session_send eraser 'CALL lifecycle.erase_user(id(19))'
wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid eraser) AND wait_event IN ('PgSleep', 'advisory'))"
pass 'an erasure waits for an export of the same dataset'
session_query there ROLLBACK >/dev/null
is "$(session_wait near)$(session_wait eraser)" '' '... both end well'
is "$(found 19)" nowhere '... and nothing of the person is there'
session_close near

# A sender that dies while the other side is frozen, with a batch in the network that has somebody in it. Then they are erased; then it moves.
session_open near
session_query near 'SET client_min_messages = error' >/dev/null
frozen=$(session_query near "SELECT r[1] FROM lifecycle._on_server('hq', 'SELECT pg_backend_pid()') r")
at_exit "kill -CONT $frozen 2>/dev/null"
value "UPDATE lifecycle.person_entities SET title = 'Chair'"
kill -STOP "$frozen"
session_send near "CALL lifecycle.export('dx_person_entities_v1')"
wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid near) AND wait_event_type = 'Extension')"
value "SELECT pg_terminate_backend($(session_pid near), 10000)" >/dev/null
is "$(erase 20)$(found 20)" nowhere 'a batch of a sender that died lies before a frozen backend: an erasure passes it'
kill -CONT "$frozen"
for _ in {1..1000}; do [ "$(second "SELECT count(*) FROM pg_stat_activity WHERE pid = $frozen")" != 0 ] || break; session_pause; done
is "$(found 20)" nowhere '... and it is not applied when that backend moves'
is "$(second "SELECT count(*) FROM lifecycle.dx_entity_snapshots_v1 WHERE canonical_payload_json ->> 'title' = 'Chair'")" 0 '... not a row of it'
is "$(export_now)$(found 20) $(second "SELECT count(*) > 0 FROM lifecycle.dx_entity_snapshots_v1 WHERE canonical_payload_json ->> 'title' = 'Chair'")" 'nowhere t' '... the next export brings the others'
done_testing
