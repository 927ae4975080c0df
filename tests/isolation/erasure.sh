#!/usr/bin/env bash
# Forgetting somebody while others write of them: who began before is waited for, and an erasure that dies is gone on with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 17
value() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -c "$1"; }
psql -X -q -v ON_ERROR_STOP=1 >/dev/null 2>&1 <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE SCHEMA up;
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage, attributes) SELECT md5('u' || i)::uuid, 'u' || i || '@x.org', 'Activation', jsonb_build_object('external_id', 'x' || i) FROM generate_series(1, 9) i;
INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'u' || i || '@x.org' FROM generate_series(1, 9) i;
CREATE TABLE up.forms (id int PRIMARY KEY, email text, updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO up.forms SELECT i, 'u' || 1 + i % 9 || '@x.org' FROM generate_series(1, 90) i;
SELECT lifecycle.register_source('forms', 'up.forms', '{"contact_email": "email", "event_type": {"constant": "form"}, "event_timestamp": "updated_at", "source_record_id": "id", "change_column": "updated_at"}');
CALL lifecycle.sync_contact_events();
SQL
event() { echo "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES (gen_random_uuid(), 'page_viewed', now(), '$1', '{\"a\": \"secret\"}')"; }
secrets() { value "SELECT count(*) FROM lifecycle.events WHERE properties <> '{}'"; }
waits() { wait_until "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $(session_pid eraser) AND wait_event IN ('PgSleep', 'advisory'))"; }
session_open writer
session_open eraser
session_query eraser 'SET client_min_messages = error' >/dev/null

# A transaction that has written an event, and not committed it.
session_query writer "BEGIN; $(event x1)" >/dev/null
session_send eraser "CALL lifecycle.erase_user(md5('u1')::uuid)"
waits
pass 'an erasure waits for a transaction that may have written of the person'
is "$(value "SELECT count(*) FROM lifecycle.suppressions")" 5 'the person is on the list already'
value "$(event x1)"
is "$(secrets)" 0 'an event that comes meanwhile is redacted'
value "CALL lifecycle.sync_contact_events()"
is "$(value "SELECT count(*) FROM lifecycle.issues WHERE code = 'suppressed'")" 10 'a sync meanwhile holds the rows it sees'
is "$(value "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c1'")" 0 'and takes them out of the ledger'
like "$(value "CALL lifecycle.erase_user(md5('u2')::uuid)" 2>&1)" 'ERROR:  erase_user: archives are being written, restored or redacted' 'a second erasure is refused meanwhile'
session_query writer COMMIT >/dev/null
is "$(session_wait eraser)" '' 'then it ends'
is "$(secrets)" 0 'and the event is redacted'

# A run that is at work on a source.
session_query writer "SELECT lifecycle._run_lock('contact_events:forms', false)" >/dev/null
session_send eraser "CALL lifecycle.erase_contact('c2')"
session_blocked eraser
pass 'an erasure waits for a run on a source'
is "$(value "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c2'")" 10 'the ledger is as it was until then'

# Killed there: the list holds, and the next call goes on.
value "SELECT pg_terminate_backend($(session_pid eraser), 10000)" >/dev/null
session_wait eraser >/dev/null 2>&1 || true
session_kill eraser
session_query writer "SELECT lifecycle._run_unlock('contact_events:forms')" >/dev/null
is "$(value "SELECT count(*) FROM lifecycle.erasures WHERE finished_at IS NULL")" 1 'an erasure that was killed is known to be unfinished'
value "CALL lifecycle.reconcile_contact_events()"
is "$(value "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id = 'c2'")" 0 'the list holds without it'
value "CALL lifecycle.erase_contact('c2')"
is "$(value "SELECT count(*) FILTER (WHERE finished_at IS NULL) || ' of ' || count(*) FROM lifecycle.erasures")" '0 of 2' 'the next call ends it'
is "$(value "SELECT count(*) FROM lifecycle.users WHERE email LIKE 'erased-%'")" 2 'with the user of the same address'
is "$(value "SELECT status FROM lifecycle.pipeline_runs WHERE procedure = 'erase_contact' ORDER BY run_id LIMIT 1")" interrupted 'and the killed run is said to be interrupted'
is "$(value "SELECT count(*) FROM lifecycle.contact_events")" 70 'nobody else has lost anything'

# Its locks are gone with whoever held them.
is "$(value "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")" 0 'no lock is left'
