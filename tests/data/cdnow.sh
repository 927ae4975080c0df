#!/usr/bin/env bash
# 69,659 purchases by date only, with no id of their own: once by row number, once by customer and day, which 2,068 of them repeat.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input cdnow
plan 13

sql 'CREATE TABLE purchases (row_no integer PRIMARY KEY, customer_id text, date date, number_of_cds integer, dollar_value numeric)'
fill purchases "$data/cdnow_master.csv.gz"
sql "CREATE VIEW daily_purchases AS SELECT *, customer_id || '@' || date AS customer_day, 'Customer' || customer_id || '@example.com' AS mail FROM purchases"
sql "INSERT INTO lifecycle.contacts (contact_id, email) SELECT DISTINCT customer_id, 'customer' || customer_id || '@example.com' FROM purchases"
mapping='"event_type": {"constant": "system"}, "event_name": {"constant": "purchase"}, "event_source": {"constant": "shop"}, "event_timestamp": "date",
  "time_zone": "America/New_York", "payload": ["number_of_cds", "dollar_value"]'
sql "SELECT lifecycle.register_source('by row', 'purchases', '{\"contact_id\": \"customer_id\", \"source_record_id\": \"row_no\", $mapping}')" >/dev/null
sql "SELECT lifecycle.register_source('by day', 'daily_purchases', '{\"contact_email\": \"mail\", \"source_record_id\": \"customer_day\", $mapping}')" >/dev/null
run sync
is "$(accounts)" 'by day: 69659 in = 67591 written + 0 unchanged + 2068 superseded + 0 held; 0 deleted
by row: 69659 in = 69659 written + 0 unchanged + 0 superseded + 0 held; 0 deleted' 'every purchase is counted; 2,068 repeat a customer and a day'
is "$(sql "SELECT string_agg(DISTINCT n::text, ' ') FROM (SELECT count(DISTINCT contact_id) AS n FROM lifecycle.contact_events GROUP BY source_system) c")" 23570 'customers'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id IS NULL")" 0 'each purchase has its customer'
is "$(sql "SELECT sum(substring(detail FROM '^\d+')::integer - 1) FROM lifecycle.issues WHERE code = 'duplicate_record_id'")" 2068 'the repeats are reported, with their count'
is "$(sql "SELECT count(*) - count(DISTINCT (contact_id, event_fingerprint)) FROM lifecycle.contact_events WHERE source_system = 'by row'")" 255 \
  'by row, the 255 that repeat another whole are there too'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE (event_timestamp AT TIME ZONE 'America/New_York')::time <> '00:00'")" 0 \
  'a date is midnight where the shop is'
is "$(sql "SELECT min(event_timestamp) || ', ' || max(event_timestamp) FROM lifecycle.contact_events")" '1997-01-01 05:00:00+00, 1998-06-30 04:00:00+00' '... in winter and in summer'
is "$(sql "SELECT count(*) FROM (
    SELECT DISTINCT ON (customer_day) customer_day, dollar_value::text, number_of_cds::text FROM daily_purchases
    ORDER BY customer_day, jsonb_build_object('number_of_cds', number_of_cds, 'dollar_value', dollar_value) DESC) p
  JOIN lifecycle.contact_events e ON e.source_system = 'by day' AND e.source_record_id = p.customer_day AND e.payload ->> 'dollar_value' = p.dollar_value
    AND e.payload ->> 'number_of_cds' = p.number_of_cds")" 67591 'of one day''s purchases the one with the greatest content stays'
is "$(sql 'SELECT count(*) FROM lifecycle.contact_event_duplicates')" 67591 'one purchase from two sources has one fingerprint, the case of its address aside'
digest=$(ledger_digest)
run sync
is "$(accounts)" 'by day: 69659 in = 0 written + 67591 unchanged + 2068 superseded + 0 held; 0 deleted
by row: 69659 in = 0 written + 69659 unchanged + 0 superseded + 0 held; 0 deleted' 'a second load writes nothing'
is "$(ledger_digest)" "$digest" '... and changes nothing'
sql "DELETE FROM purchases WHERE row_no % 1000 = 0"
run reconcile
is "$(sql "SELECT string_agg(source_system || ' ' || deleted, ', ' ORDER BY source_system) FROM (SELECT DISTINCT ON (source_system) * FROM lifecycle.pipeline_runs ORDER BY source_system, run_id DESC) r")" \
  "by day $(sql "SELECT 67591 - count(DISTINCT customer_day) FROM daily_purchases"), by row 69" 'deleted purchases leave on reconcile'
digest=$(ledger_digest)
run rebuild
is "$(ledger_digest)" "$digest" '... to what a rebuild gives'
