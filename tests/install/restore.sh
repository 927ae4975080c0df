#!/usr/bin/env bash
# A database at work, dumped and restored: whole, and the data alone into what install() and its like have made. Every row of every table is
# compared; then everything goes on, and nothing comes twice. And whatever can be done wrong with prepare_restore() and finish_restore().
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib/tap.sh"
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
  [ ! -d "$directory/saved" ] || cp -a "$directory/saved" "$directory/export"
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

# Every table that has rows: how many, and what is in them.
contents() {
  sql -d "$1" -c 'SET timezone = $$UTC$$' -c "SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), %L ORDER BY md5(t::text))) FROM %s t HAVING count(*) > 0;', c.oid::regclass, '', c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND (n.nspname IN ('lifecycle', 'upstream', 'HQ house') OR n.nspname = 'partman' AND c.relname = 'part_config')
    ORDER BY c.oid::regclass::text" | sql -d "$1" -c 'SET timezone = $$UTC$$' -f -
}
# Triggers, foreign keys, policies: what keeps the rows in order.
rules() {
  sql -d "$1" -c "SELECT tgrelid::regclass, tgname, tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('lifecycle', 'HQ house') AND NOT tgisinternal AND NOT c.relispartition ORDER BY 1::text, 2" \
    -c "SELECT conrelid::regclass, conname, convalidated, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = 'lifecycle' AND contype = 'f' AND conparentid = 0 ORDER BY 1::text, 2" \
    -c "SELECT polrelid::regclass, polname, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1::text, 2" \
    -c "SELECT c.oid::regclass, relacl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('HQ house') AND NOT c.relispartition AND c.relkind IN ('r', 'p') ORDER BY 1::text"
}
# The partitions are as good as those of the original: guarded, indexed, attached.
partitions() {
  sql -d "$1" -c "SELECT c.oid::regclass, pg_get_expr(relpartbound, c.oid), relrowsecurity, (SELECT string_agg(tgname || tgenabled, ' ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal),
      (SELECT string_agg(indexrelid::regclass::text || indisvalid, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid),
      (SELECT string_agg(pg_get_constraintdef(o.oid), ' ' ORDER BY pg_get_constraintdef(o.oid)) FROM pg_constraint o WHERE conrelid = c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('lifecycle', 'HQ house') AND relispartition AND relkind = 'r' AND EXISTS (SELECT FROM pg_class p WHERE p.oid = c.oid AND p.relpages >= 0) ORDER BY 1::text" \
    | grep -v "premade"
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
must pg_dump -F custom -f "$directory/whole" "$original"
must pg_dump -F plain -f "$directory/text" "$original"
must pg_dump -F custom --data-only -f "$directory/data" "$original"
must pg_dump -F plain --data-only -f "$directory/data_text" "$original"
all=$(contents "$original")
order=$(rules "$original")
ok "$([ "$(wc -l <<<"$all")" -gt 60 ] && echo t)" "the database has rows in many tables ($(wc -l <<<"$all"))"

echo "# whole"
fresh
succeeds 'whole: pg_restore, in parallel' pg_restore --exit-on-error -j 2 -d "$copy" "$directory/whole"
is "$(contents "$copy")" "$all" 'whole: every row of every table'
is "$(rules "$copy")" "$order" 'whole: every trigger, key and policy'
goes_on 'whole'
done_testing
