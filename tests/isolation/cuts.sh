#!/usr/bin/env bash
# A cut takes what committed since the last one, whatever the order in which transactions began, wrote and committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 12
value() { psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
value "SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS lifecycle_ledger" >/dev/null
psql -X -q -c 'SET client_min_messages = error' -c 'CALL lifecycle.install()' >/dev/null
value "CREATE TABLE things (name text PRIMARY KEY, changed_xid xid8);
  CREATE TRIGGER changed_xid BEFORE INSERT OR UPDATE ON things FOR EACH ROW EXECUTE FUNCTION lifecycle._set_changed_xid();
  CREATE INDEX ON things (changed_xid);
  CREATE FUNCTION take(move boolean DEFAULT true) RETURNS text LANGUAGE plpgsql AS \$\$
  DECLARE cut record; taken text;
  BEGIN
    SELECT * INTO cut FROM lifecycle._cut('test');
    EXECUTE 'SELECT string_agg(name, '' '' ORDER BY name) FROM things t WHERE ' || lifecycle._cut_predicate('t.changed_xid', cut.seen, cut.upto) INTO taken;
    IF move AND taken IS NOT NULL THEN PERFORM lifecycle._move_cut('test', cut.upto); END IF;
    RETURN coalesce(taken, '(nothing)');
  END \$\$" >/dev/null
insert() { echo "INSERT INTO things (name, changed_xid) VALUES ('$1', '1')"; }
for name in first second; do session_open "$name"; done

value "$(insert before)"
is "$(value 'SELECT take()')" before 'the first cut takes everything'
is "$(value 'SELECT take()')" '(nothing)' 'and the next nothing'

# The one that began and wrote first commits last.
session_query first BEGIN >/dev/null
session_query first "$(insert slow)" >/dev/null
session_query second BEGIN >/dev/null
session_query second "$(insert quick)" >/dev/null
is "$(value 'SELECT take()')" '(nothing)' 'what has not committed is not taken'
session_query second COMMIT >/dev/null
is "$(value 'SELECT take()')" quick 'the later transaction commits first and is taken'
value "$(insert after)"
session_query first COMMIT >/dev/null
is "$(value 'SELECT take()')" 'after slow' 'the earlier one when it commits, beside a new one'
is "$(value 'SELECT take()')" '(nothing)' 'each once'

# A subtransaction, an UPDATE, a prepared look that does not move.
value "BEGIN; SAVEPOINT s; $(insert nested); RELEASE s; UPDATE things SET name = name WHERE name = 'quick'; COMMIT" >/dev/null
is "$(value 'SELECT take(false)')" 'nested quick' 'rows of subtransactions and updated rows are taken'
is "$(value 'SELECT take()')" 'nested quick' 'again, as long as the cut does not move'
is "$(value 'SELECT take()')" '(nothing)' 'and then no more'

# Its own transaction's rows are left for the next one.
is "$(value "BEGIN; $(insert own); SELECT take(); COMMIT")" '(nothing)' 'rows of its own transaction are not taken'
is "$(value 'SELECT take()')" own 'but by the next'

# Another cluster: its transaction numbers say nothing here.
value "UPDATE lifecycle.cuts SET system_identifier = 1" >/dev/null
is "$(value 'SELECT take()')" 'after before nested own quick slow' 'on another cluster everything is looked at'
