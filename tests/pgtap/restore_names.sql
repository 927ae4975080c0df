-- What prepare_restore() reads out of the list of a dump: which tables it fills, and when a partition begins, out of its name alone.
\ir ../lib/ledger_test.sql
SELECT no_plan();
SET client_min_messages = error;

-- Partitions of every step, as this server's pg_partman names them.
CREATE SCHEMA steps;
CREATE FUNCTION steps.make(step interval) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  name text := 't_' || lifecycle._partition_unit(step);
  wrong text;
BEGIN
  EXECUTE format('CREATE TABLE steps.%I (at timestamptz NOT NULL) PARTITION BY RANGE (at)', name);
  PERFORM lifecycle._partition_by_time(format('steps.%I', name)::regclass, 'at', step);
  PERFORM lifecycle._ensure_partition(format('steps.%I', name)::regclass, m) FROM unnest('{1999-12-31 23:59:59+00,2000-01-01 00:00:00+00,2020-12-31 12:00:00+00,2024-02-29 05:06:07+00,2026-01-01 00:30:00+00,2027-01-03 00:00:00+00}'::timestamptz[]) m;
  SELECT string_agg(format('%s is %s', c.relname, lifecycle._partition_begin(substr(c.relname, length(name) + 1))), ', ') INTO wrong
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = format('steps.%I', name)::regclass
      AND (substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$FROM \('([^']*)'\)$x$))::timestamptz IS DISTINCT FROM lifecycle._partition_begin(substr(c.relname, length(name) + 1));
  RETURN coalesce(wrong, format('%s names', (SELECT count(*) FROM pg_inherits i WHERE i.inhparent = format('steps.%I', name)::regclass) > 9));
END $$;
SELECT is(steps.make(step), 't names', format('partitions of %s', step)) FROM unnest('{1 hour,1 day,1 week,1 month,3 months,1 year}'::interval[]) step;
-- As other versions of it do.
SELECT is(lifecycle._partition_begin(name), begins::timestamptz, coalesce(nullif(name, ''), 'nothing')) FROM (VALUES
  ('_p20240501', '2024-05-01'), ('_p20240501_070000', '2024-05-01 07:00'), ('_p2024_05_01_0700', '2024-05-01 07:00'), ('_p2024', '2024-01-01'), ('_p2024q4', '2024-10-01'), ('_p2026w01', '2025-12-29'),
  ('_default', NULL), ('_p', NULL), ('_forms', NULL), ('_p2024_05_archived_7', NULL), ('_p2024x', NULL), ('p2024', NULL), ('_p2024q5', NULL), ('', NULL)) v (name, begins);
SELECT throws_ok($$SELECT lifecycle._partition_begin('_p2024_13')$$, '22008', NULL, 'no month, no partition');

-- The list.
CREATE SCHEMA "two words";
CREATE TABLE "two words"."a table" ();
CREATE FUNCTION listed(contents text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(format('%I.%I', schema_name, table_name), ' ' ORDER BY schema_name, table_name) FROM lifecycle._dumped_tables(contents) $$;
SELECT is(listed($list$;
; Archive created at 2026-11-21 18:00:00 UTC
;     dbname: app
4213; 0 16700 TABLE DATA lifecycle users the owner
4214; 0 16701 TABLE DATA lifecycle events_p2031_01 postgres
4215; 0 16702 TABLE DATA two words a table postgres
4216; 0 16703 TABLE DATA two words gone postgres
4217; 0 16704 TABLE DATA nowhere gone postgres
4300; 0 0 SEQUENCE SET lifecycle issues_issue_id_seq postgres
215; 1259 16700 TABLE lifecycle triggers postgres$list$), 'lifecycle.events_p2031_01 lifecycle.users "two words"."a table" "two words".gone', 'what pg_restore --list prints');
SELECT is(listed(E'-- Data for Name: users; Type: TABLE DATA; Schema: lifecycle; Owner: a b\r\n-- Data for Name: a table; Type: TABLE DATA; Schema: two words; Owner: -\r\n-- Name: x; Type: TABLE; Schema: lifecycle; Owner: -'),
  'lifecycle.users "two words"."a table"', 'what a dump as text says');
SELECT is(listed(''), NULL, 'nothing in nothing');
SELECT is(listed(NULL), NULL, 'nor in null');
SELECT results_eq($$SELECT table_name, relation::text, parent::text FROM lifecycle._restored_tables(E'1; 0 1 TABLE DATA lifecycle events_p2031_01 x\n1; 0 1 TABLE DATA lifecycle lifecycle_events_p2031_01 x\n1; 0 1 TABLE DATA lifecycle contact_events_forms x
1; 0 1 TABLE DATA lifecycle users x\n1; 0 1 TABLE DATA steps t_day x') ORDER BY 1$$, $$VALUES ('contact_events_forms', NULL, 'lifecycle.contact_events'), ('events_p2031_01', NULL, 'lifecycle.events'),
  ('lifecycle_events_p2031_01', NULL, 'lifecycle.lifecycle_events'), ('users', 'lifecycle.users', NULL)$$, 'tables that are missing belong to the table whose name theirs begins with');
SELECT * FROM finish();
