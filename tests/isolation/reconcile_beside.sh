#!/usr/bin/env bash
# reconcile() beside writers and exports: what is right is not sent again, what is under way is not missed, no alert is false; and what was
# tampered with meanwhile is mended all the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lib/tap.sh
. tests/lib/session.sh
plan 12
value() { PGOPTIONS='-c client_min_messages=error' psql -X -A -t -q -v ON_ERROR_STOP=1 -c "$1"; }
PGOPTIONS='-c client_min_messages=error' psql -X -q -v ON_ERROR_STOP=1 -f tests/lib/reconcile_fixture.sql >/dev/null
must value 'CALL make_runs(1, 3000)'
must value 'CALL make_companies(1, 500)'
value "SELECT lifecycle.register_destination('hq', 'schema', 'hq')" >/dev/null
must value 'CALL lifecycle.export()'
for name in writer changer exporter reconciler holder; do session_open "$name"; done
resent="SELECT coalesce(sum(resent + tombstones), 0) FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL"

# A transaction that began before the export and commits after it.
session_query holder 'BEGIN; CALL make_runs(4001, 4050); UPDATE lifecycle.company_entities SET canonical_name = canonical_name || $$!$$ WHERE entity_id = id(7)' >/dev/null
must value 'CALL make_runs(4051, 4100)'
must value 'CALL lifecycle.export()'
must value 'CALL lifecycle.reconcile()'
is "$(value "$resent")" 0 'rows of a transaction that is still open are not missed'
session_query holder COMMIT >/dev/null
must value 'CALL lifecycle.reconcile()'
is "$(value "$resent")" 0 'nor once it has committed, before the next export'
is "$(value 'SELECT count(*) FROM lifecycle.alerts')" 0 'no alert'

# A batch that is being delivered holds the lock: reconcile waits with what it would send.
value 'CALL open_guards()' && value 'DELETE FROM hq.dx_operation_runs_v1 WHERE run_id = id(3)' && value 'CALL close_guards()'
session_query holder "BEGIN; SELECT lifecycle._lock_delivery('hq', 'dx_operation_runs_v1')" >/dev/null
session_send reconciler "CALL lifecycle.reconcile('dx_operation_runs_v1')"
succeeds 'reconcile waits for a delivery' session_blocked reconciler
session_query holder COMMIT >/dev/null
session_wait reconciler >/dev/null
is "$(value "$resent")" 1 'and goes on after it'
is "$(value "SELECT count(*) FROM hq.dx_operation_runs_v1 WHERE run_id = id(3)")" 1 'the row is there'

# Writers, exports and reconciliations, all at once, for some rounds.
psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE PROCEDURE write_runs(rounds integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR round IN 1 .. rounds LOOP
    CALL make_runs(10000 + round * 20, 10019 + round * 20);
    IF round % 3 = 0 THEN PERFORM pg_sleep(0.02); END IF;
    COMMIT;
  END LOOP;
END $$;
CREATE PROCEDURE change_companies(rounds integer) LANGUAGE plpgsql AS $$
BEGIN
  FOR round IN 1 .. rounds LOOP
    UPDATE lifecycle.company_entities SET employee_count = round WHERE entity_id IN (id(1 + round % 500), id(1 + round * 7 % 500));
    IF round % 3 = 0 THEN PERFORM pg_sleep(0.02); END IF;
    COMMIT;
  END LOOP;
END $$;
SQL
session_send writer 'CALL write_runs(400)'
session_send changer 'CALL change_companies(400)'
for _ in 1 2 3 4 5; do
  session_send exporter 'CALL lifecycle.export()'
  session_send reconciler 'CALL lifecycle.reconcile()'
  session_wait exporter 60 >/dev/null
  session_wait reconciler 60 >/dev/null
done
session_wait writer 60 >/dev/null
session_wait changer 60 >/dev/null
is "$(value "$resent")" 1 'beside writers and exports nothing that is right is sent again'
is "$(value "SELECT count(*) FROM lifecycle.reconciliations WHERE check_name = 'parity' AND verdict NOT IN ('ok', 'mended')")" 0 'and nothing is called wrong'
is "$(value 'SELECT count(*) FROM lifecycle.alerts')" 0 'no alert was raised'
must value 'CALL lifecycle.export()'
must value 'CALL lifecycle.reconcile()'
is "$(value "SELECT differences('lifecycle.operation_runs', 'hq.dx_operation_runs_v1', columns_of('dx_operation_runs_v1')) || ' ' || differences('lifecycle.company_entities', 'hq.dx_company_entities_v1', columns_of('dx_company_entities_v1'))")" '0 0' 'in the end both sides are the same'
is "$(value "SELECT string_agg(DISTINCT verdict, ' ') FROM lifecycle.reconciliations WHERE run_id > (SELECT max(run_id) FROM lifecycle.pipeline_runs WHERE procedure = 'export') AND check_name = 'parity'")" ok 'and found to be'

# Two at once.
session_query holder "BEGIN; SELECT lifecycle._lock_delivery('hq', 'dx_operation_runs_v1')" >/dev/null
value 'CALL open_guards()' && value 'DELETE FROM hq.dx_operation_runs_v1 WHERE run_id = id(4)' && value 'CALL close_guards()'
session_send reconciler "CALL lifecycle.reconcile('dx_operation_runs_v1')"
succeeds_quietly() { session_blocked reconciler >/dev/null; }
succeeds_quietly
like "$(psql -X -q -c 'CALL lifecycle.reconcile()' 2>&1 || true)" 'reconcile: another run is at work' 'a second reconcile is refused'
session_query holder COMMIT >/dev/null
session_wait reconciler >/dev/null
