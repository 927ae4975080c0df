-- Sessions with settings of their own: what is exported and compared does not depend on them.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_runs_v1}') \g /dev/null
CREATE TABLE settings (number integer GENERATED ALWAYS AS IDENTITY, setting text, value text);
INSERT INTO settings (setting, value) VALUES ('standard_conforming_strings', 'off'), ('datestyle', 'SQL, DMY'), ('timezone', 'America/New_York'), ('timezone', 'Pacific/Kiritimati'), ('extra_float_digits', '-10'),
  ('intervalstyle', 'iso_8601'), ('bytea_output', 'escape'), ('quote_all_identifiers', 'on'), ('array_nulls', 'off'), ('transform_null_equals', 'on'), ('default_transaction_isolation', 'serializable');
SET escape_string_warning = off;
-- A column for each statement: each CALL is one of its own.
SELECT format('CALL make_runs(%1$s, %1$s + 99)', number * 100), format('SET %s = %L', setting, value), 'CALL lifecycle.export()', 'CALL lifecycle.reconcile(''dx_operation_runs_v1'')',
  'CALL lifecycle.reconcile(''dx_operation_runs_v1'', ''2025-07-01'')', 'RESET ' || setting, 'SET timezone = ''UTC''',
  format('SELECT is((SELECT string_agg(rows_in::text, '' '') FROM lifecycle.export_batches b WHERE b.sequence >= %s), ''100'', %L)', number, setting || ' = ' || value),
  'SELECT is((SELECT string_agg(verdict, '' '') FROM (SELECT * FROM lifecycle.reconciliations WHERE check_name = ''parity'' ORDER BY reconciliation_id DESC LIMIT 2) r), ''ok ok'', ''... both sides agree'')'
  FROM settings ORDER BY number \gexec
SELECT is(differences('lifecycle.operation_runs', 'hq.dx_operation_runs_v1', columns_of('dx_operation_runs_v1')), 0::bigint, 'the warehouse has every row as it is');
SET standard_conforming_strings = off;
SELECT throws_ok('SELECT lifecycle.register_destination(''files'', ''directory'', ''/tmp'')', '55000', 'lifecycle_ledger needs standard_conforming_strings = on', 'functions say what they need');
SELECT * FROM finish();
