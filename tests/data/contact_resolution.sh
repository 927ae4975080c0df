#!/usr/bin/env bash
# The look-ups whose outcome the specification fixes, as rows of a source.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input contact-resolution

load people "$data/contacts.csv" '\N'
load cases "$data/cases.csv" '\N'
sql "SELECT lifecycle.use_contacts('people', 'contact_id', 'email')"
sql "SELECT lifecycle.register_source('cases', 'cases', '{\"contact_id\": \"source_contact_id\", \"contact_email\": \"email\", \"event_type\": {\"constant\": \"form\"},
  \"event_timestamp\": {\"constant\": \"2025-03-01T00:00:00Z\"}, \"source_record_id\": \"case_id\"}')" >/dev/null
run sync
plan "$(sql 'SELECT count(*) + 3 FROM cases')"
while IFS='|' read -r id outcome contact why; do
  is "$(sql "SELECT CASE WHEN e.source_record_id IS NULL THEN coalesce(i.code, '(lost)') WHEN e.contact_id IS NULL THEN i.code ELSE 'matched' END || ' ' || coalesce(e.contact_id, '-')
      FROM cases c LEFT JOIN lifecycle.contact_events e ON e.source_record_id = c.case_id
        LEFT JOIN lifecycle.issues i ON i.source_record_id = c.case_id AND i.resolved_at IS NULL WHERE c.case_id = '$id'")" "$outcome $contact" "$id: $why"
done < <(sql "SELECT case_id, outcome, coalesce(expected_contact_id, '-'), why FROM cases ORDER BY substr(case_id, 2)::integer")
is "$(accounts)" 'cases: 13 in = 11 written + 0 unchanged + 0 superseded + 2 held; 0 deleted' 'every case is counted'
run sync
is "$(accounts)" 'cases: 13 in = 0 written + 11 unchanged + 0 superseded + 2 held; 0 deleted' 'a second load changes nothing'
sql "DELETE FROM people WHERE contact_id = 'c4'; INSERT INTO people VALUES ('c9', NULL)"
run sync
is "$(accounts)" 'cases: 13 in = 2 written + 11 unchanged + 0 superseded + 0 held; 0 deleted' 'mended contacts let the held cases in'
