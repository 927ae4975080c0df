#!/usr/bin/env bash
# Half a year of invoice lines: 245,903 rows in local times across a clock change, a quarter of them without a customer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/real_input.sh
real_input retail
plan 17

sql "CREATE TABLE invoice_lines (invoice_no text, line_no integer, stock_code text, quantity integer, unit_price numeric, invoice_ts_local timestamp, customer_id text, country text,
  line_id text GENERATED ALWAYS AS (invoice_no || '/' || line_no::text) STORED UNIQUE)"
contents "$data/online_retail_h1.csv.gz" | sql 'COPY invoice_lines (invoice_no, line_no, stock_code, quantity, unit_price, invoice_ts_local, customer_id, country) FROM STDIN (FORMAT csv, HEADER)'
sql "INSERT INTO lifecycle.contacts (contact_id) SELECT DISTINCT customer_id FROM invoice_lines WHERE customer_id IS NOT NULL"
sql "INSERT INTO lifecycle.event_types VALUES ('purchase', 'A line of an invoice')"
sql "SELECT lifecycle.register_source('retail', 'invoice_lines', '{\"contact_id\": \"customer_id\", \"event_type\": {\"constant\": \"purchase\"}, \"event_name\": \"stock_code\",
  \"event_source\": {\"constant\": \"till\"}, \"event_timestamp\": \"invoice_ts_local\", \"time_zone\": \"Europe/London\", \"source_record_id\": \"line_id\",
  \"payload\": [\"invoice_no\", \"quantity\", \"unit_price\", \"country\"]}')" >/dev/null
run sync
is "$(accounts)" 'retail: 245903 in = 245903 written + 0 unchanged + 0 superseded + 0 held; 0 deleted' 'every line is in the ledger'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events")" 245903 '... and there once'
is "$(sql "SELECT count(*) FROM lifecycle.channel_activity")" 3002 'customers'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE contact_id IS NULL")" 69014 'lines without a customer are orphans'
is "$(sql "SELECT count(*) FROM lifecycle.issues WHERE code = 'orphan' AND severity = 'warning' AND resolved_at IS NULL")" 69014 '... with a warning each'
is "$(sql "SELECT count(DISTINCT payload ->> 'invoice_no') FROM lifecycle.contact_events")" 12795 'invoices'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events WHERE payload ->> 'invoice_no' LIKE 'C%'")" 4494 'cancellations'
is "$(sql "SELECT count(*) - count(DISTINCT event_fingerprint) FROM lifecycle.contact_events")" 2013 'lines that repeat another but for their number have its fingerprint'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN invoice_lines l ON l.line_id = e.source_record_id
  WHERE e.event_timestamp <> l.invoice_ts_local AT TIME ZONE 'Europe/London' OR e.event_name <> l.stock_code OR e.contact_id IS DISTINCT FROM l.customer_id
    OR (e.payload ->> 'unit_price')::numeric <> l.unit_price OR (e.payload ->> 'quantity')::integer <> l.quantity")" 0 'every line is as the till has it, in UTC'
is "$(sql "SELECT count(*) FROM lifecycle.contact_events e JOIN invoice_lines l ON l.line_id = e.source_record_id
  WHERE e.event_timestamp AT TIME ZONE 'UTC' = l.invoice_ts_local - interval '1 hour'")" 111540 '... an hour earlier from the change of the clocks on'
is "$(sql "SELECT min(event_timestamp) FROM lifecycle.contact_events WHERE event_timestamp >= '2011-03-27'")" '2011-03-27 09:16:00+00' '... to the minute'
versions="SELECT md5(string_agg(format('%s %s', xmin, ctid), '' ORDER BY source_record_id)) FROM lifecycle.contact_events"
before=$(sql "$versions")
run sync
is "$(accounts)" 'retail: 245903 in = 0 written + 245903 unchanged + 0 superseded + 0 held; 0 deleted' 'a second load writes nothing'
run reconcile
is "$(accounts)" 'retail: 245903 in = 0 written + 245903 unchanged + 0 superseded + 0 held; 0 deleted' '... nor does a reconcile'
is "$(sql "$versions")" "$before" '... and touches no row'
sql "DELETE FROM lifecycle.contacts WHERE contact_id = '17850'"
sql "UPDATE invoice_lines SET customer_id = '12347' WHERE customer_id IS NULL AND invoice_no = '536414'"
run sync
lines=$(sql "SELECT count(*) FROM invoice_lines WHERE customer_id = '17850'")
is "$(accounts)" "retail: 245903 in = 1 written + $((245903 - 1 - lines)) unchanged + 0 superseded + $lines held; $lines deleted" \
  'lines of a customer who is deleted are held, and one that gets its customer is overwritten'
is "$(sql "SELECT count(*) FROM lifecycle.issues WHERE resolution = 'The row now belongs to contact \"12347\".'")" 1 '... which ends its finding'
is "$(sql "SELECT count(*) FROM lifecycle.issues WHERE code = 'unknown_contact' AND body ->> 'customer_id' = '17850' AND resolved_at IS NULL")" "$lines" '... while the others have theirs'
