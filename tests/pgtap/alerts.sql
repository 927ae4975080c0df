-- Alerts: one while a trouble lasts, told once, resolved when it is mended.
\ir ../lib/ledger_test.sql
SELECT plan(8);

SET client_min_messages = error;
LISTEN lifecycle_alerts;
SELECT lifecycle._raise_alert('parity', 'dx_operation_runs_v1', 'error', 'two rows differ', 'in all') \g /dev/null
SELECT is(times, 1::bigint, 'a new alert') FROM lifecycle.alerts;
SELECT lifecycle._raise_alert('parity', 'dx_operation_runs_v1', 'warning', 'one row differs') \g /dev/null
SELECT results_eq('SELECT times, severity, message, detail FROM lifecycle.alerts', $$VALUES (2::bigint, 'warning', 'one row differs', NULL)$$, 'found again: counted, as it is now');
SELECT lifecycle._raise_alert('parity', 'dx_operation_events_v1', 'error', 'one row differs') \g /dev/null
SELECT is(count(*), 2::bigint, 'another subject is another alert') FROM lifecycle.alerts;
SELECT is(lifecycle._resolve_alert('parity', 'dx_operation_runs_v1'), true, 'mended');
SELECT is(lifecycle._resolve_alert('parity', 'dx_operation_runs_v1'), false, 'once');
SELECT is(count(*), 1::bigint, 'the other stays open') FROM lifecycle.alerts WHERE resolved_at IS NULL;
SELECT lifecycle._raise_alert('parity', 'dx_operation_runs_v1', 'error', 'again') \g /dev/null
SELECT is(count(*), 2::bigint, 'after it was mended it is a new one') FROM lifecycle.alerts WHERE subject = 'dx_operation_runs_v1';
SELECT throws_ok($$SELECT lifecycle._raise_alert('parity', 's', 'loud', 'x')$$, '23514', NULL, 'severities are two');
SELECT * FROM finish();
