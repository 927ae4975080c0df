#!/usr/bin/env bash
# A database at work, dumped and restored: whole, and the data alone into what install() and its like have made. Every row of every table is
# compared; then everything goes on, and nothing comes twice. And whatever can be done wrong with prepare_restore() and finish_restore().
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
. "$repo/tests/lib/session.sh"
cd "$repo"
sql() { psql -X -A -t -q -v ON_ERROR_STOP=1 "$@" 2>&1; }
original=$PGDATABASE copy=${PGDATABASE}_copy role=restore_tenant_$$
directory=$(mktemp -d /tmp/restore.XXXXXX)
chmod 777 "$directory"
mkdir -m 777 "$directory/export" "$directory/archive"
at_exit "rm -rf '$directory'"
at_exit "psql -X -q -d '$original' -c 'DROP OWNED BY $role' -c 'DROP ROLE IF EXISTS $role' >/dev/null 2>&1"
at_exit "psql -X -q -d '$original' -c 'DROP DATABASE IF EXISTS $copy WITH (FORCE)' >/dev/null 2>&1"
quiet=(-c 'SET client_min_messages = error')
must sql -c "CREATE ROLE $role"
must sql -v directory="$directory" -v role="$role" -f tests/lib/restore_fixture.sql
fresh() {
  must sql "${quiet[@]}" -c "DROP DATABASE IF EXISTS $copy WITH (FORCE)"
  must sql -c "CREATE DATABASE $copy TEMPLATE template0 ENCODING 'UTF8'"
  rm -rf "$directory/export"
  # The copy takes the original's place: its directories are to be the copy's.
  [ ! -d "$directory/saved" ] || { cp -a "$directory/saved" "$directory/export"; rm "$directory/export/destination.json"; }
}
# What is there before a dump of the data: the user's own tables, and everything that is installed.
installed() {
  fresh
  must sql -d "$copy" "${quiet[@]}" -c 'CREATE EXTENSION lifecycle_ledger' -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$, $$1 month$$)' \
    -c 'CALL lifecycle.install_operational_tables()'
  must sql -d "$copy" -f "$directory/upstream"
}
# As a script: -c does not know variables.
prepare() { printf '%s\n' "\\set contents \`$1\`" "CALL lifecycle.prepare_restore(:'contents');" | sql -d "$copy" 2>&1; }
finish() { sql -d "$copy" -c 'CALL lifecycle.finish_restore()'; }
refused() { sql -d "$copy" "$@" || true; }

same() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3"; diag "$(diff <(echo "$2") <(echo "$1") | head -40)"; fi; }

# Every table that has rows: how many, and what is in them.
contents() {
  sql -d "$1" -c 'SET timezone = $$UTC$$' -c "SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), %L ORDER BY md5(t::text))) FROM %s t HAVING count(*) > 0;', c.oid::regclass, '', c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND (n.nspname IN ('lifecycle', 'upstream', 'HQ house') OR n.nspname = 'partman' AND c.relname = 'part_config')
    ORDER BY c.oid::regclass::text" | sql -d "$1" -c 'SET timezone = $$UTC$$' -f -
}
# Triggers, foreign keys, policies: what keeps the rows in order.
rules() {
  sql -d "$1" -c "SELECT tgrelid::regclass, tgname, tgenabled, replace(pg_get_triggerdef(t.oid), E'\n', ' ') FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('lifecycle', 'HQ house') AND NOT tgisinternal AND NOT c.relispartition" \
    -c "SELECT conrelid::regclass, conname, convalidated, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = c.connamespace
      WHERE n.nspname IN ('lifecycle', 'HQ house') AND contype IN ('p', 'u', 'f') AND conparentid = 0 AND NOT r.relispartition" \
    -c "SELECT polrelid::regclass, polname, polroles::regrole[], replace(pg_get_expr(polqual, polrelid), E'\n', ' ') FROM pg_policy" \
    -c "SELECT c.oid::regclass, relowner::regrole, array_to_string(ARRAY(SELECT unnest(coalesce(relacl, acldefault('r', relowner)))::text ORDER BY 1), ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('lifecycle', 'HQ house') AND NOT c.relispartition AND c.relkind IN ('r', 'p', 'v')" |
    sort
}
# The partitions that have rows are as good as those of the original: their bounds, guard, triggers, indexes, keys, owners.
partitions() {
  sql -d "$1" -c "SELECT format('SELECT %L WHERE EXISTS (SELECT FROM %s);', concat_ws(' | ', c.oid::regclass, pg_get_expr(relpartbound, c.oid), relrowsecurity, relowner::regrole,
      (SELECT string_agg(concat_ws(' ', tgname, tgenabled), ', ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal),
      (SELECT string_agg(concat_ws(' ', indexrelid::regclass, indisvalid), ', ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid),
      (SELECT string_agg(pg_get_constraintdef(o.oid), ', ' ORDER BY pg_get_constraintdef(o.oid)) FROM pg_constraint o WHERE conrelid = c.oid), reloptions), c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('lifecycle', 'HQ house') AND relispartition AND relkind = 'r'" | sql -d "$1" -f - | sort
}
# Everything once more: what was there is not taken again, what is new is taken once.
goes_on() {
  local how=$1
  must sql -d "$copy" "${quiet[@]}" -c 'ANALYZE'
  count() { sql -d "$copy" -c "SELECT $1"; }
  local before
  before=$(count '(SELECT count(*) FROM lifecycle.contact_events), (SELECT count(*) FROM lifecycle.events), (SELECT count(*) FROM lifecycle.trigger_executions), (SELECT count(*) FROM lifecycle.export_batches), (SELECT count(*) FROM "HQ house".dx_operation_runs_v1), (SELECT count(*) FROM lifecycle.user_segment_memberships), (SELECT count(*) FROM lifecycle.metrics_daily)')
  local all='(SELECT count(*) FROM lifecycle.contact_events), (SELECT count(*) FROM lifecycle.events), (SELECT count(*) FROM lifecycle.trigger_executions), (SELECT count(*) FROM lifecycle.export_batches), (SELECT count(*) FROM "HQ house".dx_operation_runs_v1), (SELECT count(*) FROM lifecycle.user_segment_memberships), (SELECT count(*) FROM lifecycle.metrics_daily)'
  must sql -d "$copy" -c 'DELETE FROM lifecycle.event_inbox'
  for call in "sync_contact_events('forms')" "sync_contact_events('Mails: odd')" 'ingest_events()' 'process_triggers()' 'refresh_segments()' 'roll_up_metrics()' 'export()' 'maintain_partitions()'; do
    must sql -d "$copy" "${quiet[@]}" -c "CALL lifecycle.$call"
  done
  is "$(count "$all")" "$before" "$how: what was done is not done again"
  is "$(count "coalesce(sum(written), 0) FROM lifecycle.pipeline_runs WHERE started_at > (SELECT max(started_at) - interval '1 s' FROM lifecycle.pipeline_runs WHERE procedure = 'ingest_events') AND procedure IN ('sync_contact_events', 'ingest_events', 'export')")" 0 "$how: nothing was written"
  must sql -d "$copy" "${quiet[@]}" -c "UPDATE upstream.forms SET score = 99, updated_at = now() WHERE form_id = 3" \
    -c "INSERT INTO lifecycle.event_inbox (line) SELECT event_line(n, jsonb_build_object('event_time', to_char(timestamp '2025-01-01' + n * interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))) FROM generate_series(191, 210) n" \
    -c 'SELECT add_runs(91, 93)'
  for call in "sync_contact_events('forms')" 'ingest_events()' 'process_triggers()' 'export()'; do must sql -d "$copy" "${quiet[@]}" -c "CALL lifecycle.$call"; done
  is "$(count "payload ->> 'score' FROM lifecycle.contact_events WHERE source_system = 'forms' AND source_record_id = '3'")" 99 "$how: a sync goes on"
  is "$(count "format('%s in = %s + %s', rows_in, written, unchanged) FROM lifecycle.pipeline_runs WHERE procedure = 'ingest_events' ORDER BY run_id DESC LIMIT 1")" '20 in = 10 + 10' "$how: of events those that are new are taken"
  is "$(count '(SELECT count(*) FROM lifecycle.events) - (SELECT count(DISTINCT event_id) FROM lifecycle.events)')" 0 "$how: … and none twice"
  is "$(count "count(*) || ' ' || count(DISTINCT (trigger_id, event_data ->> 'id')) FROM lifecycle.trigger_executions")" '210 210' "$how: triggers fire for those alone"
  is "$(count '(SELECT count(*) FROM "HQ house".dx_operation_runs_v1), (SELECT count(DISTINCT run_id) FROM "HQ house".dx_operation_runs_v1)')" '84|84' "$how: new runs reach the warehouse once"
  is "$(cat "$directory"/export/dx_operation_runs_v1/*.ndjson* 2>/dev/null | wc -l)" 84 "$how: … and the files"
  must sql -d "$copy" "${quiet[@]}" -c 'CALL lifecycle.reconcile()' -c 'CALL lifecycle.reconcile_contact_events($$forms$$)'
  is "$(count "count(*) FROM lifecycle.reconciliations WHERE check_name = 'parity' AND verdict NOT IN ('ok') AND run_id > (SELECT max(run_id) FROM lifecycle.pipeline_runs WHERE procedure = 'export')")" 0 "$how: the warehouse agrees"
  like "$(refused -c 'DELETE FROM lifecycle.events')" 'is append-only' "$how: the guards are there"
  like "$(refused -c "INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) SELECT event_id, event_name, event_time + interval '1 day', user_id, properties FROM lifecycle.events LIMIT 1")" 'was used before' "$how: used ids are known"
  must sql -d "$copy" -c "INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('new@example.com', 'Acquisition')"
  is "$(count "count(*) FROM lifecycle.user_lifecycle_history h JOIN lifecycle.users u ON u.id = h.user_id WHERE u.email = 'new@example.com'")" 1 "$how: a new user has a history"
}

cp -a "$directory/export" "$directory/saved"
must pg_dump --schema-only -n upstream -n public -f "$directory/upstream" "$original"
sed -i '/^CREATE SCHEMA public;/d' "$directory/upstream"
must pg_dump -F custom -f "$directory/whole" "$original"
must pg_dump -F plain -f "$directory/text" "$original"
must pg_dump -F custom --data-only -f "$directory/data" "$original"
must pg_dump -F plain --data-only -f "$directory/data_text" "$original"
all=$(contents "$original")
order=$(rules "$original")
ok "$([ "$(wc -l <<<"$all")" -gt 60 ] && echo t)" "the database has rows in many tables ($(wc -l <<<"$all"))"

parts=$(partitions "$original")

fresh
succeeds 'whole: pg_restore, in parallel' pg_restore --exit-on-error -j 2 -d "$copy" "$directory/whole"
same "$(contents "$copy")" "$all" 'whole: every row of every table'
same "$(rules "$copy")" "$order" 'whole: every trigger, key, policy and privilege'
same "$(partitions "$copy")" "$parts" 'whole: every partition'
goes_on 'whole'
fresh
succeeds 'whole, as text: psql' psql -X -q -v ON_ERROR_STOP=1 -d "$copy" -f "$directory/text"
same "$(contents "$copy")" "$all" 'whole, as text: every row of every table'

# The data alone.
listed="pg_restore --list $directory/data"
for how in 'in parallel' 'with triggers disabled' 'as text'; do
  installed
  name="the data alone, $how"
  case $how in
    'as text')
      like "$(prepare "grep '^-- Data for Name' $directory/data_text")" 'NOTICE:  prepare_restore: [0-9]+ tables wait for their rows' "$name: prepared"
      succeeds "$name: psql, in one transaction" psql -X -q -1 -v ON_ERROR_STOP=1 -d "$copy" -f "$directory/data_text"
      ;;
    *)
      like "$(prepare "$listed")" 'NOTICE:  prepare_restore: [0-9]+ tables wait for their rows' "$name: prepared"
      options=(-j 2)
      [ "$how" = 'in parallel' ] || options=(--disable-triggers)
      succeeds "$name: pg_restore" pg_restore --data-only --exit-on-error "${options[@]}" -d "$copy" "$directory/data"
      ;;
  esac
  like "$(finish)" 'NOTICE:  finish_restore: done' "$name: finished"
  same "$(contents "$copy")" "$all" "$name: every row of every table"
  same "$(rules "$copy")" "$order" "$name: every trigger, key, policy and privilege"
  same "$(partitions "$copy")" "$parts" "$name: every partition"
  [ "$how" != 'in parallel' ] || goes_on "$name"
done
must sql -d "$copy" "${quiet[@]}" -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$)' -c 'CALL lifecycle.install_operational_tables()'
is "$(sql -d "$copy" -c 'SELECT count(*) FROM lifecycle.quality_checks WHERE check_name = $$status_distribution$$')" 0 'install() goes on from there'

# Without it: what install() has put there is in the way.
installed
like "$(pg_restore --data-only -d "$copy" "$directory/data" 2>&1 || true)" 'duplicate key value violates unique constraint' 'without prepare_restore() rows collide'

# Where it is refused, and leaves everything as it was.
installed
rules_before=$(rules "$copy")
like "$(refused -c 'CALL lifecycle.prepare_restore(NULL)')" 'prepare_restore\(\) has to know what the dump holds.*It was given a null.*HINT:  In psql:' 'it is told what the dump holds'
like "$(refused -c "CALL lifecycle.prepare_restore('nothing of ours')")" 'In the 1 lines it was given is no row data of a table of lifecycle_ledger' '… in words that it knows'
like "$(refused -c 'CALL lifecycle._prepare_restore($$-- Data for Name: events; Type: TABLE DATA; Schema: lifecycle; Owner: x$$)')" 'append-only tables cannot be opened from here' 'its body opens nothing by itself'
like "$(refused -c 'CALL lifecycle.finish_restore()')" 'no restore was prepared' 'nothing is finished that was not begun'
must sql -d "$copy" -c "INSERT INTO lifecycle.contacts (contact_id) VALUES ('mine')" -c "INSERT INTO lifecycle.event_types VALUES ('mine', '')" -c "UPDATE lifecycle.retention_policies SET note = 'mine' WHERE relation = 'lifecycle.lifecycle_events'::regclass"
like "$(prepare "$listed" || true)" 'Rows that install\(\) did not put there are in lifecycle.contacts \(1 of 1\), lifecycle.event_types \(1 of 6\), lifecycle.retention_policies \(1 of [0-9]+\)' 'whatever is of value is told'
must sql -d "$copy" -c "GRANT USAGE ON SCHEMA lifecycle TO $role" -c "GRANT SELECT ON lifecycle.schema_version TO $role"
like "$(refused -c "SET ROLE $role" -c "CALL lifecycle.prepare_restore('x')")" 'permission denied for prepare_restore\(\)' 'it is for the owner'
same "$(rules "$copy" | grep -v '^lifecycle.schema_version|postgres')" "$(grep -v '^lifecycle.schema_version|postgres' <<<"$rules_before")" 'refused, it leaves triggers and keys as they were'
must sql -d "$copy" "${quiet[@]}" -c 'CALL lifecycle.maintain_partitions()'
like "$(prepare "$listed" || true)" 'this database is in use.*Procedures have run here' 'a database at work is none to restore into'
like "$(printf '%s\n' "\\set contents \`$listed\`" "CALL lifecycle.prepare_restore(:'contents');" | sql -d "$original" 2>&1 || true)" 'this database is in use' '… least of all the original'
same "$(contents "$original")" "$all" '… which has all its rows'

must sql -d "$copy" -c 'DROP TABLE lifecycle.operation_events CASCADE' -c 'TRUNCATE lifecycle.pipeline_runs'
like "$(prepare "$listed" || true)" 'the dump has tables that are not here.*lifecycle.operation_events\..*HINT:  Make them first' 'a table that is missing is told'

# Half-way: everything else is refused; what did not come is told; and it can be given up.
installed
fresh_contents=$(contents "$copy")
must prepare "$listed"
for call in 'lifecycle.sync_contact_events()' 'lifecycle.ingest_events()' 'lifecycle.export()' 'lifecycle.install()' 'lifecycle.maintain_partitions()'; do
  like "$(refused -c "CALL $call")" 'data is being restored into this database.*HINT:  When the data is there.*finish_restore' "half-way $call is refused"
done
like "$(prepare "$listed" || true)" 'data is being restored' '… and so is another preparation'
like "$(refused -c "SET ROLE $role" -c 'CALL lifecycle.finish_restore()')" '(permission denied|must be owner)' '… and the end of it to anybody else'
like "$(refused -c 'TRUNCATE lifecycle.events')" 'is append-only' '… and the guard stands'
pg_restore --list "$directory/data" | grep -v 'TABLE DATA lifecycle users ' >"$directory/list"
must pg_restore --data-only --exit-on-error -L "$directory/list" -d "$copy" "$directory/data"
like "$(refused -c 'CALL lifecycle.finish_restore()')" 'violates foreign key constraint' 'rows that others point to and that did not come are told'
pg_restore --list "$directory/data" | grep 'TABLE DATA lifecycle users ' >"$directory/list"
must pg_restore --data-only --exit-on-error -L "$directory/list" -d "$copy" "$directory/data"
like "$(finish)" 'finish_restore: done' 'once they have come it ends well'
same "$(contents "$copy")" "$all" '… with every row'
installed
must prepare "$listed"
must pg_restore --data-only --exit-on-error -L <(pg_restore --list "$directory/data" | grep 'TABLE DATA lifecycle events_') -d "$copy" "$directory/data"
like "$(refused -c 'CALL lifecycle.finish_restore()')" '200 events came without their keys' 'events without their keys are told'
installed
must prepare "$listed"
must pg_restore --data-only --exit-on-error -L <(pg_restore --list "$directory/data" | grep 'TABLE DATA lifecycle contact_events_') -d "$copy" "$directory/data"
like "$(refused -c 'CALL lifecycle.finish_restore()')" 'tables of contact_events belong to no source' 'rows of the ledger without their sources are told'
installed
must prepare "$listed"
must pg_restore --data-only --exit-on-error -L <(pg_restore --list "$directory/data" | grep -v 'TABLE DATA lifecycle contact_events_forms') -d "$copy" "$directory/data"
must sql -d "$copy" -c 'DROP TABLE lifecycle.contact_events_forms'
like "$(finish)" 'the rows of 1 sources were not in the dump' 'a source whose rows were left out gets a table'
must sql -d "$copy" "${quiet[@]}" -c "CALL lifecycle.sync_contact_events('forms')"
is "$(sql -d "$copy" -c "SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'forms'")" "$(sql -d "$original" -c "SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'forms'")" '… which the next sync fills'
installed
must prepare "$listed"
like "$(finish)" 'NOTICE:  finish_restore: done; the rows are of another release, or none came' 'it can be given up'
like "$(refused -c 'CALL lifecycle.ingest_events()')" 'CALL lifecycle.install\(\)' '… and says what fills the tables again'
must sql -d "$copy" "${quiet[@]}" -c 'CALL lifecycle.install()' -c 'CALL lifecycle.install_warehouse($$HQ house$$, $$1 month$$)' -c 'CALL lifecycle.install_operational_tables()'
is "$(sed 's/|[^|]*$//' <<<"$(contents "$copy")")" "$(sed 's/|[^|]*$//' <<<"$fresh_contents")" '… as before'
like "$(prepare "$listed")" 'tables wait for their rows' '… and prepared again'

# A superuser who finishes does no more than whoever prepared could.
must sql -d "$copy" -c "ALTER TABLE lifecycle.restore_steps OWNER TO $role"
like "$(refused -c 'CALL lifecycle.finish_restore()')" '(permission denied|must be owner)' 'what is to be done is done as whoever could have written it'
must sql -d "$copy" -c 'ALTER TABLE lifecycle.restore_steps OWNER TO CURRENT_USER'
like "$(sql -d "$copy" -c 'CALL lifecycle.finish_restore()' -c 'SELECT current_user = session_user')" 'finish_restore: done.*t$' '… and the role is as before'

# Two at once; and a role that is not there.
installed
session_open first -d "$copy"
contents_of_dump=$(pg_restore --list "$directory/data" | grep 'TABLE DATA lifecycle ')
session_open second -d "$copy"
session_query first "BEGIN; CALL lifecycle.prepare_restore('$contents_of_dump')" >/dev/null
session_send second "CALL lifecycle.prepare_restore('$contents_of_dump')"
succeeds 'a second preparation waits' session_blocked second
session_query first COMMIT >/dev/null
like "$(session_wait second)" 'data is being restored' '… and is refused'
must pg_restore --data-only --exit-on-error -L <(pg_restore --list "$directory/data" | grep 'TABLE DATA lifecycle ') -d "$copy" "$directory/data"
must sql -d "$copy" -c "UPDATE lifecycle.warehouse_roles SET role = 'restore_nobody'"
session_query first 'BEGIN' >/dev/null
like "$(session_query first 'CALL lifecycle.finish_restore()')" "there is no role restore_nobody, which is tenant of warehouse \"HQ house\".*SELECT lifecycle.grant_tenant\('restore_nobody', '[0-9a-f-]+', 'HQ house'\)" 'a role that is missing is told'
session_send second 'CALL lifecycle.finish_restore()'
succeeds 'a second end waits' session_blocked second
session_query first COMMIT >/dev/null
like "$(session_wait second)" 'no restore was prepared' '… and finds it done'
done_testing
