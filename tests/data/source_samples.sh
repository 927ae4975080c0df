#!/usr/bin/env bash
# Forms and sessions in two batches, the second with corrections: the ledger ends in exactly the rows and rejects expected of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input source-samples
plan 19

expected() { sql "SELECT '$(tr -d '\n' <"$data/expected.json")'::jsonb #>> '{$1}'"; }

load contacts "$data/contacts.csv" '\N'
sql "INSERT INTO lifecycle.contacts (contact_id, email, first_name, last_name) SELECT contact_id, email, first_name, last_name FROM contacts"
load measurement_batches "$data/measurement_events.csv" '\N'
load session_batches "$data/clinical_sessions.csv" '\N'
# Upstream, forms hold their time as text and sessions as an instant.
sql 'CREATE TABLE measurement_events (LIKE measurement_batches)' >/dev/null
sql 'ALTER TABLE measurement_events DROP COLUMN batch, ADD PRIMARY KEY (measurement_event_id), ADD updated_at timestamptz NOT NULL DEFAULT clock_timestamp()'
sql 'CREATE TABLE clinical_sessions (session_id uuid PRIMARY KEY, contact_id text, session_num integer, status text, started_at timestamptz, ended_at timestamptz,
  created_at timestamptz, updated_at timestamptz NOT NULL DEFAULT clock_timestamp())'
sql "SELECT lifecycle.register_source('measurement_events', 'measurement_events', '{
  \"contact_email\": \"subject_id\", \"event_type\": {\"constant\": \"form\"}, \"event_name\": \"measure_id\", \"event_source\": {\"constant\": \"google_form\"},
  \"event_timestamp\": \"timestamp\", \"source_record_id\": \"measurement_event_id\", \"change_column\": \"updated_at\",
  \"payload\": [\"measure_version\", \"binding_id\", \"binding_version\", \"form_id\", \"form_submission_id\", \"idem_key\"]}')" >/dev/null
sql "SELECT lifecycle.register_source('canonical.clinical_sessions', 'clinical_sessions', '{
  \"contact_id\": \"contact_id\", \"event_type\": {\"constant\": \"session\"}, \"event_name\": \"status\", \"event_source\": {\"constant\": \"dataverse\"},
  \"event_timestamp\": [\"started_at\", \"ended_at\", \"created_at\"], \"source_record_id\": \"session_id\", \"change_column\": \"updated_at\", \"payload\": [\"session_num\"]}')" >/dev/null

# batch NUMBER: upserts it upstream, as the source systems do.
batch() {
  sql "INSERT INTO measurement_events SELECT idem_key, canonical_idem_key, measurement_event_id, measure_id, measure_version, subject_id, timestamp, binding_id,
      binding_version, form_id, form_submission_id FROM measurement_batches WHERE batch = '$1'
    ON CONFLICT (measurement_event_id) DO UPDATE SET measure_id = excluded.measure_id, measure_version = excluded.measure_version, subject_id = excluded.subject_id,
      timestamp = excluded.timestamp, updated_at = clock_timestamp()"
  sql "INSERT INTO clinical_sessions SELECT session_id::uuid, contact_id, session_num::integer, status, started_at::timestamptz, ended_at::timestamptz, created_at::timestamptz
      FROM session_batches WHERE batch = '$1'
    ON CONFLICT (session_id) DO UPDATE SET contact_id = excluded.contact_id, status = excluded.status, started_at = excluded.started_at, ended_at = excluded.ended_at,
      created_at = excluded.created_at, updated_at = clock_timestamp()"
}

batch 1
is "$(sql 'SELECT count(*) FROM measurement_events')" "$(expected measurement_rows_batch1)" 'the first batch of forms is whole'
is "$(sql 'SELECT count(*) FROM clinical_sessions')" "$(expected sessions_batch1)" '... and of sessions'
run sync
is "$(accounts)" 'canonical.clinical_sessions: 36 in = 33 written + 0 unchanged + 0 superseded + 3 held; 0 deleted
measurement_events: 50 in = 35 written + 0 unchanged + 0 superseded + 15 held; 0 deleted' 'the first batch is loaded'
first=$(ledger_digest)
batch 1
run sync
is "$(sql "SELECT sum(written) FROM lifecycle.pipeline_runs WHERE run_id > 2")" 0 'the same batch again writes nothing'
is "$(ledger_digest)" "$first" '... and changes nothing'

batch 2
run sync
is "$(sql "SELECT sum(written), sum(deleted) FROM lifecycle.pipeline_runs WHERE run_id > 4")" '3|0' 'of five corrections three change the ledger; two are of held rows'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN session_batches s ON s.session_id = e.source_record_id AND s.batch = '2' AND e.event_timestamp = s.started_at::timestamptz
  AND e.event_name = s.status")" "$(expected sessions_batch2)" 'a corrected session overwrites the first one'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN measurement_batches m ON m.measurement_event_id = e.source_record_id AND m.batch = '2'
  WHERE e.payload ->> 'measure_version' <> m.measure_version OR e.contact_email <> m.subject_id")" 0 '... and so do corrected forms'

load expected_rows "$data/expected_contact_events.csv" '\N'
load expected_rejects "$data/expected_rejects.csv" '\N'
ours='SELECT contact_id COLLATE "default", contact_email, event_type, event_name, event_source, event_timestamp, source_system COLLATE "default", source_record_id COLLATE "default" FROM lifecycle.contact_events'
theirs='SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp_utc::timestamptz, source_system, source_record_id FROM expected_rows'
is "$(sql "$ours EXCEPT $theirs")" '' 'the ledger has no row that is not expected'
is "$(sql "$theirs EXCEPT $ours")" '' '... and lacks none that is'
is "$(sql 'SELECT count(*) FROM lifecycle.contact_events')" "$(expected final_rows)" '... nor has it one twice'
held="SELECT source_system, source_record_id, code FROM lifecycle.issues WHERE severity = 'error' AND resolved_at IS NULL ORDER BY 1, 2"
is "$(sql "$held")" "$(sql 'SELECT source_system COLLATE "C", source_record_id COLLATE "C", reason FROM expected_rejects ORDER BY 1, 2')" 'the rejects are those expected, each for its reason'
is "$(sql "SELECT count(*) FROM ($held) h")" "$(expected rejects)" '... in number'
for outcome in form/orphan form/matched session/matched; do
  is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE event_type = '${outcome%/*}' AND (contact_id IS NULL) = ('$outcome' LIKE '%orphan')")" \
    "$(expected "outcomes,$outcome")" "$outcome"
done
digest=$(ledger_digest)
batch 2
run sync
is "$(ledger_digest)" "$digest" 'the second batch again changes nothing'
run rebuild
is "$(ledger_digest)" "$digest" 'a rebuild gives the same'

# The specification's own check: a client's whole history, reconstructed and held against the raw tables.
is "$(sql "SELECT count(*) FROM (
  (SELECT c.contact_id, h.* FROM lifecycle.contacts c CROSS JOIN LATERAL (SELECT event_timestamp, event_name, source_record_id::text FROM lifecycle.contact_timeline t
      WHERE t.contact_id = c.contact_id) h)
  EXCEPT ALL
  (SELECT c.contact_id, m.timestamp::timestamptz, m.measure_id, m.measurement_event_id FROM lifecycle.contacts c JOIN measurement_events m ON lower(m.subject_id) = lower(c.email)
      WHERE (SELECT count(*) FROM lifecycle.contacts o WHERE lower(o.email) = lower(c.email)) = 1
   UNION ALL SELECT s.contact_id, coalesce(s.started_at, s.ended_at, s.created_at), s.status, s.session_id::text FROM clinical_sessions s JOIN lifecycle.contacts c USING (contact_id))) d")" \
  0 'each client has the history that the raw tables tell'
