-- Null rates, distributions and lag: the test is what it says it is, finds what it has to, and is silent otherwise.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();
CREATE FUNCTION near(value double precision, wanted double precision) RETURNS boolean LANGUAGE sql AS $$ SELECT abs(value / wanted - 1) < 1e-9 $$;

-- The probability, where it has a closed form, and by other people's numbers
SELECT ok(bool_and(near(lifecycle._chi_square_tail(x, 2), exp(-x / 2)) AND near(lifecycle._chi_square_tail(x, 4), exp(-x / 2) * (1 + x / 2)) AND near(lifecycle._chi_square_tail(x, 6), exp(-x / 2) * (1 + x / 2 + x * x / 8))), 'even degrees of freedom')
  FROM unnest('{0.01,0.5,1,2,3.9,5,9,20,50,200,600}'::double precision[]) x;
SELECT ok(near(lifecycle._chi_square_tail(3.841458820694124, 1), 0.05) AND near(lifecycle._chi_square_tail(10.827566170662733, 1), 0.001) AND near(lifecycle._chi_square_tail(7.814727903251179, 3), 0.05)
  AND near(lifecycle._chi_square_tail(11.070497693516351, 5), 0.05), 'the usual quantiles');
SELECT ok(near(lifecycle._chi_square_tail(25, 1), 5.733031437583892e-07) AND near(lifecycle._chi_square_tail(30, 3), 1.3800570312932553e-06), 'far out');
SELECT is(lifecycle._chi_square_tail(0, 3), 1::double precision, 'nothing is certain');
SELECT is(lifecycle._chi_square_tail(1e6, 3), 0::double precision, 'nor is what cannot be');

-- The statistic by hand: 100 of 1000 before, 30 of 100 now
SELECT ok(near(s.statistic, 2 * (100 * ln(100 / (130 * 1000 / 1100.0)) + 900 * ln(900 / (970 * 1000 / 1100.0)) + 30 * ln(30 / (130 * 100 / 1100.0)) + 70 * ln(70 / (970 * 100 / 1100.0)))::double precision)
    AND near(s.moved, 0.2) AND s.degrees = 1 AND s.dispersion = 1 AND (s.rows_before, s.rows_now, s.days_before) = (1000, 100, 10), 'G, and the share that has moved')
  FROM lifecycle._distribution_shift(ARRAY(SELECT date '2025-01-01' + d FROM generate_series(0, 10) d, generate_series(0, 1)), ARRAY(SELECT (ARRAY['a', 'b'])[1 + c] FROM generate_series(0, 10) d, generate_series(0, 1) c),
    ARRAY(SELECT CASE WHEN d < 10 THEN (ARRAY[10, 90])[1 + c] ELSE (ARRAY[30, 70])[1 + c] END FROM generate_series(0, 10) d, generate_series(0, 1) c), '2025-01-11') s;
SELECT is((s.degrees, s.probability)::text, '(0,1)', 'one value alone is no distribution') FROM lifecycle._distribution_shift('{2025-01-01,2025-01-02}', '{a,a}', '{10,10}', '2025-01-02') s;
SELECT is((s.rows_before, s.rows_now, s.probability)::text, '(0,0,1)', 'nothing at all') FROM lifecycle._distribution_shift('{}', '{}', '{}', '2025-01-02') s;

-- Synthetic days: rows drawn at random, days alike, days that vary, a last day that is otherwise
SELECT setseed(0.25) \g /dev/null
CREATE TABLE days AS
  SELECT world, trial, day, sum((x < 0.02 + wobble)::integer)::integer AS canceled, sum((x >= 0.02 + wobble AND x < 0.10 + wobble * 3)::integer)::integer AS skipped,
    sum((x >= 0.10 + wobble * 3 AND x < 0.25 + wobble * 4 + shift)::integer)::integer AS failed, sum((x >= 0.25 + wobble * 4 + shift)::integer)::integer AS succeeded
  FROM (SELECT w.world, t.trial, d.day, CASE w.world WHEN 'varying' THEN random() * 0.04 ELSE 0 END AS wobble, CASE WHEN w.world = 'shifted' AND d.day = 21 THEN 0.2 ELSE 0 END AS shift
      FROM unnest('{alike,varying,shifted}'::text[]) w(world), generate_series(1, 120) t(trial), generate_series(1, 21) d(day) OFFSET 0) p
    CROSS JOIN LATERAL (SELECT random() AS x FROM generate_series(1, 200 + 0 * day)) r
  GROUP BY 1, 2, 3;
CREATE TABLE judged AS
  SELECT c.world, c.trial, s.* FROM (
    SELECT world, trial, array_agg(date '2025-01-01' + day - 1) AS days, array_agg(status) AS statuses, array_agg(n::bigint) AS counts
    FROM days CROSS JOIN LATERAL (VALUES ('canceled', canceled), ('skipped', skipped), ('failed', failed), ('succeeded', succeeded)) v(status, n) GROUP BY 1, 2) c
  CROSS JOIN LATERAL lifecycle._distribution_shift(c.days, c.statuses, c.counts, '2025-01-21') s;
SELECT cmp_ok((SELECT avg((probability < 0.05)::integer) FROM judged WHERE world = 'alike'), '<', 0.09, 'days alike: about one in twenty is below 0.05');
SELECT cmp_ok((SELECT avg((probability < 0.5)::integer) FROM judged WHERE world = 'alike'), '>', 0.3, '... and about half below a half: the probability is one');
SELECT cmp_ok((SELECT avg(dispersion)::numeric FROM judged WHERE world = 'alike'), '<', 1.3, '... no more dispersed than chance');
SELECT cmp_ok((SELECT avg(dispersion)::numeric FROM judged WHERE world = 'varying'), '>', 1.5, 'days that vary are seen to');
SELECT cmp_ok((SELECT avg((probability < 0.05)::integer) FROM judged WHERE world = 'varying'), '<', 0.12, '... and raise hardly more false alarms');
SELECT is((SELECT count(*) FROM judged WHERE world <> 'shifted' AND probability < 0.0001 AND moved >= 0.1), 0::bigint, 'at the settings that ship, none in 240');
SELECT cmp_ok((SELECT avg((probability < 0.0001 AND moved >= 0.1)::integer) FROM judged WHERE world = 'shifted'), '>', 0.9, 'twenty in a hundred rows with another status are found');

-- What the document says is found of a smaller shift
SELECT setseed(0.75) \g /dev/null
SELECT avg((s.probability < 0.0001 AND s.moved >= 0.1)::integer) AS found
  FROM (SELECT trial, array_agg(date '2025-01-01' + day - 1) AS days, array_agg(status) AS statuses, array_agg(n) AS counts
    FROM (SELECT trial, day, CASE WHEN x < 0.02 THEN 'canceled' WHEN x < 0.10 THEN 'skipped' WHEN x < 0.25 + CASE WHEN day = 21 THEN 0.15 ELSE 0 END THEN 'failed' ELSE 'succeeded' END AS status, count(*) AS n
      FROM generate_series(1, 120) trial, generate_series(1, 21) day, LATERAL (SELECT random() AS x FROM generate_series(1, 200 + 0 * day * trial)) r GROUP BY 1, 2, 3) d GROUP BY 1) c
    CROSS JOIN LATERAL lifecycle._distribution_shift(c.days, c.statuses, c.counts, '2025-01-21') s \gset
SELECT cmp_ok(:found, '>', 0.55, 'fifteen in a hundred rows with another status are found on seven days of ten');
SELECT cmp_ok(:found, '<', 0.9, '... and not on every one: the document says so');

-- Through reconcile()
CREATE PROCEDURE runs_of(day date, rows integer, failed numeric) LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (operation_id, action_id, entity_type, entity_id, org_id, status, created_at)
  SELECT 'op', 'act', 'company', id(n), id(1), CASE WHEN n <= rows * failed THEN 'failed' ELSE 'succeeded' END, day::timestamp AT TIME ZONE 'UTC' + n * interval '1 minute' FROM generate_series(1, rows) n
$$;
CREATE FUNCTION finding(name text, what text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', verdict, source_rows, round(value::numeric, 2), round(expected::numeric, 2)) FROM lifecycle.reconciliations WHERE check_name = name AND field IS NOT DISTINCT FROM coalesce(what, field) ORDER BY reconciliation_id DESC LIMIT 1
$$;
DO $$ BEGIN FOR d IN 1 .. 28 LOOP CALL runs_of(date '2025-06-01' + d, 300, 0.1 + 0.01 * (d % 3)); END LOOP; END $$;
CALL runs_of('2025-06-30', 300, 0.14);
CALL runs_of('2025-07-01', 300, 0.35);
CALL runs_of('2025-07-02', 50, 0.9);
CALL runs_of('2025-07-03', 300, 0.12);
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-06-30');
SELECT is(finding('status_distribution'), 'ok 300 0.03', 'a day like the others');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
SELECT is(finding('status_distribution'), 'breached 300 0.24', 'a day on which much fails');
SELECT is((SELECT string_agg(concat_ws(' ', kind, subject, severity, times), ', ') FROM lifecycle.alerts WHERE resolved_at IS NULL), 'status_distribution dx_operation_runs_v1.status warning 2', '... is an alert, once');
SELECT alike((SELECT detail FROM lifecycle.alerts), '300 rows; failed 35.0 % (before %), succeeded 65.0 % (before %); G % on 1 degrees, dispersion 1.00, p %', '... that says how');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-02');
SELECT is(finding('status_distribution'), 'too_few 50 0.78', 'too few rows settle nothing');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 1::bigint, '... so the alert stays');
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-03');
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE resolved_at IS NULL), 0::bigint, 'a day like the others resolves it');
UPDATE lifecycle.quality_checks SET settings = '{"min_effect": 0.3}' WHERE check_name = 'status_distribution' AND dataset <> '*';
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
SELECT is(finding('status_distribution'), 'ok 300 0.24', 'the settings are the user''s');
UPDATE lifecycle.quality_checks SET enabled = false WHERE check_name = 'status_distribution' AND dataset <> '*';
DELETE FROM lifecycle.reconciliations;
CALL lifecycle.reconcile('dx_operation_runs_v1', '2025-07-01');
SELECT is((SELECT count(*) FROM lifecycle.reconciliations WHERE check_name = 'status_distribution'), 0::bigint, '... the check itself too');

-- Null rates
INSERT INTO lifecycle.company_entities (org_id, company_id, canonical_name, canonical_domain, updated_at)
  SELECT id(1), id(1), CASE WHEN n > 8 THEN 'name' END, CASE WHEN n > 2 + CASE WHEN d = 29 THEN 20 ELSE 0 END THEN 'domain' END, timestamptz '2025-06-01 00:00+00' + d * interval '1 day' + n * interval '1 minute'
  FROM generate_series(1, 29) d, generate_series(1, 200) n;
INSERT INTO lifecycle.person_entities (org_id, full_name, first_name, last_name, updated_at)
  SELECT id(1), CASE WHEN n % 2 = 0 THEN 'Ann Ash' END, CASE WHEN n % 2 = 1 THEN 'Ann' END, CASE WHEN n % 2 = 1 AND (d < 29 OR n > 100) THEN 'Ash' END, timestamptz '2025-06-01 00:00+00' + d * interval '1 day' + n * interval '1 minute'
  FROM generate_series(1, 29) d, generate_series(1, 200) n;
CALL lifecycle.reconcile('dx_company_entities_v1', '2025-06-29');
SELECT is(finding('null_rate', 'canonical_domain'), 'ok 200 0.01 0.01', 'domains are there');
CALL lifecycle.reconcile('dx_company_entities_v1', '2025-06-30');
SELECT is(finding('null_rate', 'canonical_domain'), 'breached 200 0.11 0.01', 'domains that begin to be missing');
SELECT is(finding('null_rate', 'canonical_name'), 'ok 200 0.04 0.04', 'names that were missing before');
CALL lifecycle.reconcile('dx_person_entities_v1', '2025-06-30');
SELECT is(finding('null_rate', 'name'), 'breached 200 0.25 0.00', 'a first name alone is no name');
SELECT is((SELECT string_agg(subject, ', ' ORDER BY subject) FROM lifecycle.alerts WHERE resolved_at IS NULL), 'dx_company_entities_v1.canonical_domain, dx_person_entities_v1.name', 'alerts say which');
INSERT INTO lifecycle.quality_checks (check_name, dataset, field, columns) VALUES ('null_rate', 'dx_company_entities_v1', 'nonsense', '{no_such_column}');
DO $$ BEGIN PERFORM lifecycle._check_quality(NULL, 'null_rate', 'dx_company_entities_v1', 'nonsense', '{no_such_column}', '2025-06-30'); RAISE EXCEPTION 'no error'; EXCEPTION WHEN undefined_column THEN NULL; END $$;
SELECT pass('a check of a column that the contract has not is an error');
DELETE FROM lifecycle.quality_checks WHERE field = 'nonsense';

-- Lag and dead letters
SELECT lifecycle.register_destination('hq', 'schema', 'hq', '{}', '{dx_operation_runs_v1}') \g /dev/null
CALL lifecycle.export();
UPDATE lifecycle.pipeline_runs SET started_at = started_at - interval '2 hours', finished_at = finished_at - interval '2 hours';
UPDATE lifecycle.export_positions SET moved_at = moved_at - interval '2 hours';
UPDATE lifecycle.destinations SET registered_at = registered_at - interval '2 hours';
CALL lifecycle.check_service_levels();
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE kind = 'lag'), 0::bigint, 'a source where nothing happens is not late');
-- By the letter of the contract it is: now less the latest exported timestamp. That is recorded either way, and an alert for who asks for it.
CREATE FUNCTION lag_found(what text) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', verdict, threshold, detail) FROM lifecycle.reconciliations WHERE check_name = 'lag' AND field = what ORDER BY reconciliation_id DESC LIMIT 1 $$;
CREATE FUNCTION lag_alert() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws('. ', substring(message FROM '^.* is'), detail) FROM lifecycle.alerts WHERE kind = 'lag' AND resolved_at IS NULL $$;
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is(lag_found('latest'), 'breached 1800 nothing waits', '... which the contract''s formula calls late all the same');
SELECT ok((SELECT abs(value - extract(epoch FROM checked_at - (SELECT max(created_at) FROM hq.dx_operation_runs_v1))) < 60 FROM lifecycle.reconciliations WHERE check_name = 'lag' AND field = 'latest'), '... now less the latest exported timestamp');
SELECT alike(lag_found('waiting'), 'ok 1800 the latest row there is % old', '... while nothing waits');
SELECT ok((SELECT abs(extract(epoch FROM latest_lag) - (SELECT value FROM lifecycle.reconciliations WHERE check_name = 'lag' AND field = 'latest')) < 60 FROM lifecycle.status WHERE kind = 'dataset'), 'status has it, too');
SELECT matches(lifecycle.openmetrics(), 'lifecycle_export_latest_lag_seconds\{dataset="dx_operation_runs_v1",destination="hq"\} [0-9]+', '... and a scraper');
SELECT is(lag_alert(), NULL, 'no alert unless it is asked for');
UPDATE lifecycle.quality_checks SET settings = settings || '{"alert_on": "latest"}' WHERE check_name = 'lag';
CALL lifecycle.check_service_levels();
SELECT is(lag_alert(), 'the latest row of dataset "dx_operation_runs_v1" at destination "hq" is. The contract allows 00:30:00. Nothing waits at the source: it is quiet.', 'asked for, it is one');
UPDATE lifecycle.quality_checks SET settings = settings || '{"alert_on": "either"}' WHERE check_name = 'lag';
CALL lifecycle.check_service_levels();
SELECT alike(lag_alert(), 'the latest row of dataset%it is quiet.', '... by either, too');
SELECT throws_ok($$UPDATE lifecycle.quality_checks SET settings = settings || '{"alert_on": "never"}' WHERE check_name = 'lag'$$, '23514', NULL, 'by what it can be');
UPDATE lifecycle.quality_checks SET settings = settings - 'alert_on' WHERE check_name = 'lag';
CALL lifecycle.check_service_levels();
SELECT is(lag_alert(), NULL, 'and goes with the setting');
DELETE FROM lifecycle.reconciliations WHERE check_name = 'lag';
DELETE FROM lifecycle.alerts WHERE kind = 'lag';
CALL runs_of('2025-07-05', 1, 0);
CALL lifecycle.check_service_levels();
CALL lifecycle.reconcile('dx_operation_runs_v1');
SELECT is((SELECT string_agg(concat_ws(' ', subject, times, substring(message FROM 'is \d\d:\d\d')), ', ') FROM lifecycle.alerts WHERE kind = 'lag' AND resolved_at IS NULL), 'dx_operation_runs_v1@hq 2 is 02:00', 'a row that waits longer than the contract allows is');
SELECT is((SELECT concat_ws(' ', verdict, threshold, value >= 7200) FROM lifecycle.reconciliations WHERE check_name = 'lag' AND field = 'waiting' ORDER BY reconciliation_id DESC LIMIT 1), 'breached 1800 t', '... and is recorded');
CALL lifecycle.export();
CALL lifecycle.check_service_levels();
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE kind = 'lag' AND resolved_at IS NULL), 0::bigint, 'delivered, it is not late any more');
INSERT INTO lifecycle.dead_letters (stage, source, sqlstate, code, first_seen) VALUES ('export', 'dx_operation_runs_v1', '23514', 'unknown_value', now() - interval '2 days'), ('export', 'dx_operation_runs_v1', '23502', 'missing_required', now() - interval '3 days'),
  ('receive', 'x', '23514', 'unknown_value', now());
CALL lifecycle.check_service_levels();
SELECT is((SELECT string_agg(subject || ': ' || message, ', ') FROM lifecycle.alerts WHERE kind = 'dead_letters' AND resolved_at IS NULL), 'export.dx_operation_runs_v1: 2 dead letters of stage export, dx_operation_runs_v1 wait for more than 24:00:00', 'dead letters that nobody looks after');
SELECT is((SELECT string_agg(concat_ws(' ', stage, source, code, dead_letters), ', ' ORDER BY stage, code) FROM lifecycle.dead_letter_causes), 'export dx_operation_runs_v1 missing_required 1, export dx_operation_runs_v1 unknown_value 1, receive x unknown_value 1', 'dead_letter_causes groups those of every stage');
UPDATE lifecycle.dead_letters SET resolved_at = now();
CALL lifecycle.check_service_levels();
SELECT is((SELECT count(*) FROM lifecycle.alerts WHERE kind = 'dead_letters' AND resolved_at IS NULL), 0::bigint, 'resolved with them');
SELECT * FROM finish();
