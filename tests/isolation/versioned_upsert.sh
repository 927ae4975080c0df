#!/usr/bin/env bash
# Two appliers of overlapping batches: they wait for each other, never in a circle, and no version is lost or applied late.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 18
value() { psql -X -A -t -q -c "$1"; }
PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CREATE TABLE target (id integer PRIMARY KEY, body text, record_version bigint);
INSERT INTO target SELECT i, 'start', 1 FROM generate_series(1, 10) i;
CREATE TABLE up AS SELECT i AS id, 'up' AS body, 2::bigint AS record_version FROM generate_series(1, 12) i ORDER BY i;
CREATE TABLE down AS SELECT i AS id, 'down' AS body, CASE WHEN i % 2 = 0 THEN 3 ELSE 2 END::bigint AS record_version FROM generate_series(1, 12) i ORDER BY i DESC;
CREATE VIEW down_view AS SELECT * FROM down;
SQL
for name in first second blocker; do session_open "$name"; done

# A row in the middle is held, so that each applier stops there with what it has locked so far.
# By SQL, what is new is counted by what was there when the batch was read.
for source in down down_view; do
  if [ $source = down ]; then counts='(0,6,6)'; else counts='(2,4,6)'; fi
  value "UPDATE target SET body = 'start', record_version = 1; DELETE FROM target WHERE id > 10" >/dev/null
  session_query blocker 'BEGIN; SELECT id FROM target WHERE id = 5 FOR UPDATE' >/dev/null
  session_send first "SELECT lifecycle.versioned_upsert('target', 'up')"
  succeeds "$source: the first waits for a row" session_blocked first
  session_send second "SELECT lifecycle.versioned_upsert('target', '$source')"
  succeeds "$source: the second, whose rows lie the other way round, waits" session_blocked second
  session_query blocker COMMIT >/dev/null
  is "$(session_wait first)" '(2,10,0)' "$source: the first ends well"
  is "$(session_wait second)" "$counts" "$source: the second too, its lower and equal versions held back"
  is "$(value "SELECT string_agg(id || body, ' ' ORDER BY id) FROM target")" \
    '1up 2down 3up 4down 5up 6down 7up 8down 9up 10down 11up 12down' "$source: every key has its highest version"
done

# Overtaken between reading and writing: the batch is read while the other's rows are not yet committed.
value "UPDATE target SET body = 'start', record_version = 1" >/dev/null
session_query blocker "BEGIN; UPDATE target SET body = 'overtook', record_version = 9 WHERE id = 3" >/dev/null
session_send first "SELECT lifecycle.versioned_upsert('target', 'up')"
succeeds 'an applier waits for a row that is being changed' session_blocked first
session_query blocker COMMIT >/dev/null
is "$(session_wait first)" '(0,11,1)' 'and leaves it as it is, the newer version being there'
is "$(value 'SELECT body FROM target WHERE id = 3')" 'overtook' 'nothing newer is lost'

# What is stale is nobody's to wait for, whatever becomes of the row; a key that another may yet take is waited for.
value "UPDATE target SET body = 'start', record_version = 2; DELETE FROM target WHERE id = 12" >/dev/null
session_query blocker "BEGIN; UPDATE target SET body = 'unsettled', record_version = 9 WHERE id IN (3, 4); DELETE FROM target WHERE id = 7" >/dev/null
value "CREATE TABLE stale AS SELECT * FROM up WHERE id < 12" >/dev/null
is "$(session_query first "SELECT lifecycle.versioned_upsert('target', 'stale')")" '(0,0,11)' 'stale rows that another is changing are not waited for'
session_query blocker "ROLLBACK; BEGIN; INSERT INTO target VALUES (12, 'unsettled', 1)" >/dev/null
session_send first "SELECT lifecycle.versioned_upsert('target', 'up')"
succeeds 'a key that another has taken for now is waited for' session_blocked first
session_query blocker ROLLBACK >/dev/null
is "$(session_wait first)" '(1,0,11)' 'and taken when it is free again'

# Many at once: random overlapping batches, each in an order of its own, from four sessions.
psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
TRUNCATE target;
CREATE TABLE sent (session integer, round integer, id integer, body text, record_version bigint);
SELECT setseed(0.7);
INSERT INTO sent SELECT s, r, id, 'content ' || id || ' ' || version, version
  FROM generate_series(1, 4) s, generate_series(1, 20) r, generate_series(1, 400) n,
    LATERAL (SELECT 1 + (random() * 600)::integer AS id, (random() * 50)::bigint + n * 0 + r * 0 + s * 0 AS version) v;
CREATE PROCEDURE apply(this integer) LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMP TABLE batch (id integer, body text, record_version bigint);
  FOR this_round IN 1 .. 20 LOOP
    TRUNCATE batch;
    INSERT INTO batch SELECT id, body, record_version FROM sent WHERE session = this AND round = this_round ORDER BY random();
    PERFORM lifecycle.versioned_upsert('target', 'batch');
    COMMIT;
  END LOOP;
END $$;
SQL
session_open third
session_open fourth
number=0
for name in first second third fourth; do
  number=$((number + 1))
  session_send "$name" "CALL apply($number)"
done
trouble=
for name in first second third fourth; do trouble+=$(session_wait "$name" 120); done
is "$trouble" '' 'four sessions with overlapping batches: no deadlock'
is "$(value "SELECT count(*) FROM target t FULL JOIN (SELECT id, max(record_version) AS record_version FROM sent GROUP BY id) s USING (id)
  WHERE t.record_version IS DISTINCT FROM s.record_version OR t.body <> 'content ' || id || ' ' || s.record_version")" 0 'and every key has the highest version sent'
