#!/usr/bin/env bash
# Tables of a CRM as an extractor leaves them: every value a text, addresses that are hashes, ids that no contact has, seven sources.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input crm-hubspot
plan 19

for table in contact_data contact_form_submission_data contact_merge_audit_data email_event_data email_event_open_data email_event_sent_data_postgres \
  engagement_meeting_data engagement_contact_data form_data; do
  load "${table%_postgres}" "$data/$table.csv"
done
is "$(sql 'SELECT count(*) FROM contact_data')" 22 'contacts'
sql "SELECT lifecycle.use_contacts('contact_data', 'id', 'property_email')"
sql "CREATE VIEW form_submissions AS SELECT s.*, f.name FROM contact_form_submission_data s LEFT JOIN form_data f ON f.guid = s.form_id"
sql "CREATE VIEW email_opens AS SELECT o.*, e.recipient, e.created FROM email_event_open_data o LEFT JOIN email_event_data e USING (id)"
sql "CREATE VIEW meetings AS SELECT m.*, c.contact_id FROM engagement_meeting_data m LEFT JOIN engagement_contact_data c USING (engagement_id)"

# source NAME RELATION TYPE MAPPING
source_of() { sql "SELECT lifecycle.register_source('$1', '$2', '{\"event_type\": {\"constant\": \"$3\"}, \"event_source\": {\"constant\": \"hubspot\"}, \"time_zone\": \"UTC\", $4}')" >/dev/null; }
source_of contacts contact_data system '"contact_id": "id", "contact_email": "property_email", "event_name": {"constant": "Contact Created"},
  "event_timestamp": ["property_createdate", "property_created_at"], "source_record_id": "id", "payload": ["property_company", "property_jobtitle"]'
source_of forms form_submissions form '"contact_id": "contact_id", "event_name": ["name", "title"], "event_timestamp": "timestamp", "source_record_id": "conversion_id",
  "payload": ["form_id", "page_url"]'
source_of emails email_event_data email '"contact_email": "recipient", "event_name": "type", "event_timestamp": "created", "source_record_id": "id",
  "payload": ["email_campaign_id", "sent_by_id", "filtered_event"]'
source_of opens email_opens email '"contact_email": "recipient", "event_name": {"constant": "OPEN"}, "event_timestamp": ["created", "_fivetran_synced"], "source_record_id": "id",
  "payload": ["duration", "user_agent"]'
source_of sent email_event_sent_data email '"contact_email": "reply_to", "event_name": "subject", "event_timestamp": "_fivetran_synced", "source_record_id": "id", "payload": ["from", "cc"]'
source_of meetings meetings session '"contact_id": "contact_id", "event_name": "title", "event_timestamp": ["start_time", "end_time"], "source_record_id": "engagement_id",
  "payload": ["source", "meeting_outcome"]'
source_of merges contact_merge_audit_data system '"contact_id": "canonical_vid", "event_name": {"constant": "Contact Merged"}, "event_timestamp": "timestamp",
  "source_record_id": "vid_to_merge", "payload": ["num_properties_moved"]'
run sync
loaded='contacts: 22 in = 22 written + 0 unchanged + 0 superseded + 0 held; 0 deleted
emails: 100 in = 100 written + 0 unchanged + 0 superseded + 0 held; 0 deleted
forms: 5 in = 0 written + 0 unchanged + 0 superseded + 5 held; 0 deleted
meetings: 100 in = 100 written + 0 unchanged + 0 superseded + 0 held; 0 deleted
merges: 4 in = 0 written + 0 unchanged + 0 superseded + 4 held; 0 deleted
opens: 100 in = 100 written + 0 unchanged + 0 superseded + 0 held; 0 deleted
sent: 100 in = 100 written + 0 unchanged + 0 superseded + 0 held; 0 deleted'
is "$(accounts)" "$loaded" 'every row of the seven sources is counted'
is "$(sql "SELECT string_agg(format('%s %s', code, n), ', ' ORDER BY code) FROM (SELECT code, count(*) AS n FROM lifecycle.issues WHERE resolved_at IS NULL GROUP BY 1) c")" \
  'orphan 400, unknown_contact 9' 'hashed addresses match nobody; contact ids that no contact has are held'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'contacts' AND contact_id = source_record_id")" 22 'each contact has its own creation'
is "$(sql "SELECT string_agg(event_name || ' ' || n, ', ' ORDER BY event_name) FROM (SELECT event_name, count(*) AS n FROM lifecycle.contact_events WHERE source_system = 'emails' GROUP BY 1) e")" \
  'DELIVERED 3, OPEN 90, PROCESSED 3, SENT 4' 'e-mail events by name'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN email_event_data d ON d.id = e.source_record_id WHERE source_system = 'emails' AND e.event_timestamp = d.created::timestamp AT TIME ZONE 'UTC'")" 100 \
  'times as text are read to the microsecond'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN email_event_sent_data d ON d.id = e.source_record_id WHERE source_system = 'sent' AND e.event_timestamp = d._fivetran_synced::timestamptz")" 100 \
  '... and those with " UTC" after them'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN email_event_open_data d ON d.id = e.source_record_id WHERE source_system = 'opens' AND e.event_timestamp = d._fivetran_synced::timestamp AT TIME ZONE 'UTC'")" 100 \
  '... and the second of two where the first is missing'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE source_system = 'sent' AND payload ? 'from'")" 100 'columns named like keywords are carried along'
digest=$(ledger_digest)
run sync
is "$(sql "SELECT sum(written) FROM (SELECT DISTINCT ON (source_system) * FROM lifecycle.pipeline_runs ORDER BY source_system, run_id DESC) r")" 0 'a second load writes nothing'
is "$(ledger_digest)" "$digest" '... and changes nothing'

# The contacts are mended: who sent the forms and was merged comes in, and so does the address that most e-mails went to.
sql "INSERT INTO contact_data (id) SELECT contact_id FROM contact_form_submission_data UNION SELECT canonical_vid FROM contact_merge_audit_data"
sql "UPDATE contact_data SET property_email = 'o2wjpPyUfzBfq9OSt9I2NQ==' WHERE id = '78971951'"
run sync emails
run sync forms
run sync merges
is "$(accounts emails)" 'emails: 100 in = 16 written + 84 unchanged + 0 superseded + 0 held; 0 deleted' 'e-mails find their contact when it has their address'
is "$(accounts forms)" 'forms: 5 in = 5 written + 0 unchanged + 0 superseded + 0 held; 0 deleted' 'held forms enter when their contacts are there'
is "$(accounts merges)" 'merges: 4 in = 4 written + 0 unchanged + 0 superseded + 0 held; 0 deleted' '... and so do merges'
is "$(sql "SELECT string_agg(event_name, ', ' ORDER BY event_timestamp) FROM lifecycle.contact_events WHERE source_system = 'forms'")" \
  'Signup Form, Request Demo, Contact Us, Download Guide, Newsletter Signup' 'forms have the name of their form'
is "$(sql "SELECT count(*) FROM lifecycle.issues WHERE resolved_at IS NOT NULL AND resolution LIKE 'The row now belongs to contact%'")" 25 'each heal is recorded'
is "$(sql "SELECT count(*) FROM lifecycle.contact_timeline WHERE contact_id = '78971951'")" 17 'one contact''s timeline spans the sources'
run sync
digest=$(ledger_digest)
run reconcile
is "$(ledger_digest)" "$digest" 'reconcile has nothing to add'
run rebuild
is "$(ledger_digest)" "$digest" '... nor has a rebuild'
