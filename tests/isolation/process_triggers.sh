#!/usr/bin/env bash
# process_triggers() among other sessions: a second run, events that commit late, users and triggers that go meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 20
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = error' -c "$1"; }
value 'CREATE EXTENSION IF NOT EXISTS lifecycle_ledger' >/dev/null
value 'CALL lifecycle.install()' >/dev/null
value "INSERT INTO lifecycle.workflows (name, bpmn_xml, status) VALUES ('welcome', '<definitions/>', 'active');
  INSERT INTO lifecycle.users (email, current_lifecycle_stage, attributes)
    SELECT name || '@example.com', 'Acquisition', jsonb_build_object('external_id', name) FROM unnest('{ann,bob,cas}'::text[]) name;
  INSERT INTO lifecycle.triggers (name, event_type, conditions, workflow_id) SELECT t, 'order_placed', 'true', w.id FROM lifecycle.workflows w, unnest('{one,two}'::text[]) t" >/dev/null
event() { echo "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES ('00000000-0000-4000-8000-0000000000$1', 'order_placed', now(), '${2:-ann}', '{}')"; }
fired() { value "SELECT string_agg(right(event_data ->> 'id', 2) || ' ' || t.name, ', ' ORDER BY event_data ->> 'id', t.name) FROM (SELECT e.*, t.name FROM lifecycle.trigger_executions e JOIN lifecycle.triggers t ON t.id = e.trigger_id) t"; }
of_event() { value "SELECT count(*) || ' ' || count(workflow_execution_id) FROM lifecycle.trigger_executions WHERE event_data ->> 'id' LIKE '%$1'"; }
for name in first second blocker late; do session_open "$name"; session_query "$name" 'SET client_min_messages = error' >/dev/null; done
run='CALL lifecycle.process_triggers()'

# Two runs at once.
value "$(event 01)"
session_query blocker 'BEGIN; LOCK TABLE lifecycle.trigger_executions IN EXCLUSIVE MODE' >/dev/null
session_send first "$run"
session_blocked first
refusal=$(session_query second "$run")
like "$refusal" 'process_triggers: another run is at work' 'a second run is refused'
like "$refusal" "Process $(session_pid first) holds its run lock" 'and told by whom'
session_send second 'CALL lifecycle.process_triggers(wait => true)'
session_blocked second
pass 'asked to wait, it waits'
value "$(event 02)"
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'the first ends well'
is "$(session_wait second)" '' 'and then the second'
is "$(fired)" '01 one, 01 two, 02 one, 02 two' 'each event met each trigger once'
is "$(value "SELECT string_agg(written::text, ' ' ORDER BY run_id) FROM lifecycle.pipeline_runs")" '2 2' 'the second found what came meanwhile'

# An event of a long transaction commits behind others.
session_query late "BEGIN; $(event 03)" >/dev/null
value "$(event 04)"
value "$run"
is "$(of_event 03) $(of_event 04)" '0 0 2 2' 'an open transaction keeps nobody waiting'
value "$(event 05)"
session_query late COMMIT >/dev/null
value "$run"
is "$(of_event 03) $(of_event 04) $(of_event 05)" '2 2 2 2 2 2' 'committed late, its event is not missed, and none is doubled'
value "$run"
is "$(value 'SELECT rows_in FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1')" 0 'after that nothing is left'
# It commits while a run is at work.
session_query late "BEGIN; $(event 06)" >/dev/null
value "$(event 07)"
session_query blocker 'BEGIN; LOCK TABLE lifecycle.trigger_executions IN EXCLUSIVE MODE' >/dev/null
session_send first "$run"
session_blocked first
session_query late COMMIT >/dev/null
session_query blocker COMMIT >/dev/null
session_wait first >/dev/null
value "$run"
is "$(of_event 06) $(of_event 07)" '2 2 2 2' 'committed in the middle of a run, it is judged once'

# A user who is deleted while a run wants to refer to it: either it waits for us or we find it gone.
value "$(event 08 bob)"
session_query blocker "BEGIN; DELETE FROM lifecycle.users WHERE attributes ->> 'external_id' = 'bob'" >/dev/null
session_send first "$run"
session_blocked first
pass 'a run waits for whoever deletes the user'
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'and goes on without'
is "$(of_event 08)" '2 0' 'the event is of nobody then'
value "$(event 09 cas)"
session_query blocker 'BEGIN; LOCK TABLE lifecycle.workflow_executions IN SHARE MODE' >/dev/null
session_send first "$run"
session_blocked first
session_query blocker 'UPDATE lifecycle.users SET attributes = attributes || $${"x": 1}$$' >/dev/null
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'whoever changes users keeps nobody waiting'
like "$(value "DELETE FROM lifecycle.users WHERE attributes ->> 'external_id' = 'cas'" 2>&1)" 'violates foreign key' 'a user with firings stays'

# A trigger that is switched off or deleted meanwhile.
value "$(event 10)"
session_query blocker "BEGIN; DELETE FROM lifecycle.trigger_executions WHERE trigger_id = (SELECT id FROM lifecycle.triggers WHERE name = 'two'); DELETE FROM lifecycle.triggers WHERE name = 'two'" >/dev/null
session_send first "$run"
session_blocked first
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '' 'a run waits for whoever deletes a trigger'
is "$(of_event 10)" '1 1' 'and does without it'
is "$(value 'SELECT count(*) FROM lifecycle.trigger_executions e WHERE NOT EXISTS (SELECT FROM lifecycle.triggers t WHERE t.id = e.trigger_id)
  OR (e.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM lifecycle.users u WHERE u.id = e.user_id))')" 0 'nothing refers to what is gone'

# A cancelled run.
value "$(event 11)"
session_query blocker 'BEGIN; LOCK TABLE lifecycle.trigger_executions IN EXCLUSIVE MODE' >/dev/null
session_send first "$run"
session_blocked first
value "SELECT pg_cancel_backend($(session_pid first))" >/dev/null
session_wait first >/dev/null
session_query blocker COMMIT >/dev/null
value "$run"
is "$(of_event 11)" '1 1' 'after a cancelled run the next does its work'
