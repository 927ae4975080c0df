-- DDL on the tables of a warehouse: what would break a contract is refused, whatever the command; what adds is not, nor what concerns other tables or other people.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();
CALL lifecycle.install_warehouse('HQ');
SET search_path = "HQ", public;
SELECT lifecycle._ensure_partition('dx_operation_runs_v1', '2031-01-01') \g /dev/null
SELECT format('ALTER TABLE %s RENAME TO runs_part', inhrelid::regclass) FROM pg_inherits WHERE inhparent = 'dx_operation_runs_v1'::regclass ORDER BY inhrelid DESC LIMIT 1 \gexec
CREATE TABLE public.other (id uuid PRIMARY KEY, note text);
CREATE TABLE public.spare (LIKE dx_operation_runs_v1 INCLUDING ALL);
CREATE TABLE public.parent (org_id uuid NOT NULL);
CREATE TABLE public.child (LIKE dx_company_entities_v1);
SELECT format('CREATE TYPE public.keys_row AS (%s)', string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum))
  FROM pg_attribute WHERE attrelid = 'dx_operation_runs_v1_keys'::regclass AND attnum > 0 \gexec
CREATE VIEW public.reader AS SELECT org_id, entity_id, industry FROM dx_company_entities_v1;

-- What a statement ends with, alone in a block of its own.
CREATE FUNCTION public.tried(ddl text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE ddl;
  RAISE EXCEPTION USING ERRCODE = 'LL001';
EXCEPTION WHEN SQLSTATE 'LL001' THEN RETURN 'done';
  WHEN OTHERS THEN RETURN SQLSTATE || CASE WHEN SQLSTATE <> '55000' THEN ': ' || SQLERRM ELSE '' END;
END $$;
CREATE TABLE public.cases (number integer GENERATED ALWAYS AS IDENTITY, ddl text, outcome text);
INSERT INTO public.cases (ddl, outcome) SELECT ddl, '55000' FROM unnest(ARRAY[
  'ALTER TABLE dx_company_entities_v1 DROP COLUMN industry CASCADE',
  'ALTER TABLE dx_company_entities_v1 RENAME COLUMN hq_country TO country',
  'ALTER TABLE dx_company_entities_v1 RENAME TO companies',
  'ALTER TABLE dx_company_entities_v1 SET SCHEMA public',
  'ALTER SCHEMA "HQ" RENAME TO hq',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN employee_count TYPE bigint',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN hq_country TYPE varchar(2)',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN hq_country SET NOT NULL',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN record_version DROP NOT NULL',
  'ALTER TABLE dx_company_entities_v1 ADD COLUMN sure text NOT NULL',
  'ALTER TABLE dx_company_entities_v1 DROP CONSTRAINT dx_company_entities_v1_pkey',
  'ALTER TABLE dx_company_entities_v1 ADD CHECK (employee_count >= 0)',
  'ALTER TABLE dx_company_entities_v1 ADD FOREIGN KEY (last_run_id) REFERENCES public.other',
  'ALTER TABLE dx_company_entities_v1 ADD UNIQUE (canonical_domain)',
  'CREATE UNIQUE INDEX ON dx_company_entities_v1 (canonical_domain)',
  'ALTER TABLE dx_operation_runs_v1 DROP COLUMN cost_usd',
  'ALTER TABLE dx_company_entities_v1 SET UNLOGGED',
  'ALTER TABLE dx_company_entities_v1 INHERIT public.parent',
  'ALTER TABLE public.child INHERIT dx_company_entities_v1',
  'ALTER TABLE dx_operation_runs_v1_keys INHERIT public.parent',
  'ALTER TABLE dx_operation_runs_v1_keys OF public.keys_row',
  'ALTER TABLE runs_part ALTER COLUMN cost_usd SET NOT NULL',
  'ALTER TABLE runs_part ADD CHECK (cost_usd >= 0)',
  'ALTER TABLE runs_part ADD UNIQUE (operation_id)',
  'CREATE UNIQUE INDEX ON runs_part (operation_id)',
  'ALTER TABLE runs_part SET UNLOGGED',
  'ALTER TABLE public.spare ADD CHECK (cost_usd >= 0); ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'CREATE UNIQUE INDEX ON public.spare (operation_id); ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE public.spare ADD FOREIGN KEY (entity_id) REFERENCES public.other; ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE public.spare ALTER COLUMN cost_usd SET NOT NULL; ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE public.spare SET UNLOGGED; ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE dx_operation_runs_v1_keys ADD COLUMN note text NOT NULL',
  'ALTER TABLE dx_operation_runs_v1_keys RENAME TO keys',
  'ALTER TABLE dx_operation_runs_v1_keys DROP CONSTRAINT dx_operation_runs_v1_keys_pkey',
  'DROP TABLE dx_operation_runs_v1_keys',
  'DROP TABLE dx_operation_runs_v1',
  'DROP TABLE public.other, dx_company_entities_v1 CASCADE',
  'DROP SCHEMA "HQ" CASCADE',
  'DO $x$ BEGIN EXECUTE ''ALTER TABLE dx_company_entities_v1 DROP COLUMN hq_country''; END $x$',
  'ALTER TABLE dx_company_entities_v1 OWNER TO ddl_stranger']) ddl;
INSERT INTO public.cases (ddl, outcome) SELECT ddl, 'done' FROM unnest(ARRAY[
  'ALTER TABLE dx_company_entities_v1 ADD COLUMN note text',
  'ALTER TABLE dx_company_entities_v1 ADD COLUMN loaded_at timestamptz NOT NULL DEFAULT now()',
  'ALTER TABLE dx_company_entities_v1 ADD COLUMN note text; ALTER TABLE dx_company_entities_v1 RENAME COLUMN note TO remark; ALTER TABLE dx_company_entities_v1 DROP COLUMN remark',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN hq_country TYPE varchar',
  'ALTER TABLE dx_company_entities_v1 ALTER COLUMN hq_country SET DEFAULT ''FR''',
  'ALTER TABLE dx_company_entities_v1 SET (fillfactor = 70)',
  'ALTER TABLE dx_company_entities_v1 ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE dx_company_entities_v1 RENAME CONSTRAINT dx_company_entities_v1_pkey TO companies_key',
  'ALTER INDEX dx_company_entities_v1_pkey RENAME TO companies_key',
  'CREATE INDEX ON dx_company_entities_v1 (canonical_domain)',
  'CREATE UNIQUE INDEX ON dx_company_entities_v1 (entity_id, org_id, hq_country)',
  'CREATE TRIGGER t AFTER INSERT ON dx_company_entities_v1 FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
  'DROP VIEW public.reader',
  'CREATE TABLE part PARTITION OF dx_operation_runs_v1 FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'ALTER TABLE public.spare ADD CHECK (created_at >= ''2040-01-01Z'' AND created_at < ''2040-02-01Z''); ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'CREATE UNIQUE INDEX ON public.spare (operation_id, created_at, org_id, run_id); ALTER TABLE dx_operation_runs_v1 ATTACH PARTITION public.spare FOR VALUES FROM (''2040-01-01Z'') TO (''2040-02-01Z'')',
  'CREATE INDEX ON runs_part (operation_id)',
  'ALTER TABLE dx_operation_runs_v1 DETACH PARTITION runs_part',
  'DROP TABLE runs_part',
  'ALTER TABLE public.other DROP COLUMN note, ADD CHECK (id IS NOT NULL)',
  'DROP TABLE public.other',
  'CREATE SCHEMA more; ALTER SCHEMA more RENAME TO less; DROP SCHEMA less']) ddl;
CREATE ROLE ddl_stranger;
GRANT CREATE ON SCHEMA "HQ" TO ddl_stranger;
SELECT is(public.tried(ddl), outcome, ddl) FROM public.cases ORDER BY number;

CREATE FUNCTION public.told(ddl text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text;
BEGIN
  EXECUTE ddl;
  RETURN 'done';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(E'\n', message, detail, hint);
END $$;
SELECT is(public.told('ALTER TABLE dx_company_entities_v1 RENAME COLUMN hq_country TO country'),
'ALTER TABLE would break the contract dx_company_entities_v1 1.1.0, which table "HQ".dx_company_entities_v1 keeps
Column hq_country of "HQ".dx_company_entities_v1 is missing; is it country now.
Such a change takes a version of its own: 1. publish_contract() of dx_company_entities_v2, version 2.0.0, with {"property": "predecessor", "value": "dx_company_entities_v1"} among its customProperties; 2. both are exported for a window of at least two release cycles; 3. every consumer completes its migration: acknowledge_migration(consumer, ''dx_company_entities_v2''). Then retire_dataset(''dx_company_entities_v1''). A warehouse that is to be given up is let go by SELECT lifecycle.unregister_warehouse(''HQ'').',
  'the refusal names contract and column, and what to do');
SELECT alike(public.told('DROP TABLE dx_company_entities_v1 CASCADE'), '%DROP TABLE would break%Table "HQ".dx_company_entities_v1 is gone.%', '... a table that is gone');
SELECT alike(public.told('ALTER SCHEMA "HQ" RENAME TO hq'), '%ALTER SCHEMA would break%Table "HQ".dx_company_entities_v1 is called hq.dx_company_entities_v1.%', '... one that is called otherwise');
SELECT alike(public.told('ALTER TABLE dx_company_entities_v1 OWNER TO ddl_stranger'), '%Its owner ddl_stranger may not read lifecycle.warehouse_tables.%', '... an owner who could not see what to keep');
SELECT alike(public.told('ALTER TABLE dx_company_entities_v1 INHERIT public.parent'), '%inherits from public.parent: what is altered there is altered here.%', '... a table through which it could be altered');
BEGIN;
CREATE TABLE public.born () INHERITS (dx_company_entities_v1);
SELECT throws_like($$SELECT lifecycle._require_warehouse_table('dx_company_entities_v1', 'HQ')$$, '%is not as the contract of its dataset says%', 'a child that was born so is noticed before a row is written');
ROLLBACK;
SET session_replication_role = replica;
SELECT is(public.tried('DROP TABLE dx_company_entities_v1 CASCADE'), '55000', 'session_replication_role does not switch it off');
RESET session_replication_role;

-- CONCURRENTLY: committed in parts, so refused before anything is built. Each is a statement of its own, which waits for nobody.
CREATE TABLE public.alone (number integer GENERATED ALWAYS AS IDENTITY, ddl text, outcome text, state text);
INSERT INTO public.alone (ddl, outcome) VALUES
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON dx_company_entities_v1 (canonical_domain)', '55000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON dx_company_entities_v1 (lower(canonical_domain), org_id)', '55000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON dx_company_entities_v1 (org_id) WHERE industry IS NULL', '55000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON runs_part (operation_id)', '55000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON dx_operation_runs_v1_keys (org_id)', '55000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY fine ON dx_company_entities_v1 (hq_country, entity_id, org_id)', '00000'),
  ('DROP INDEX CONCURRENTLY fine', '00000'),
  ('CREATE INDEX CONCURRENTLY fine ON dx_company_entities_v1 (canonical_domain)', '00000'),
  ('DROP INDEX CONCURRENTLY fine', '00000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY fine ON public.other (note)', '00000'),
  ('DROP INDEX CONCURRENTLY fine', '00000'),
  ('CREATE UNIQUE INDEX CONCURRENTLY evil ON nothing (note)', '42P01'),
  ('DROP INDEX CONCURRENTLY IF EXISTS nothing', '00000'),
  ('DROP INDEX CONCURRENTLY guard', '55000');
-- A key that an index alone keeps.
ALTER EVENT TRIGGER lifecycle_ledger_keep_contracts DISABLE;
ALTER EVENT TRIGGER lifecycle_ledger_keep_contracts_dropped DISABLE;
SELECT conname AS guard FROM pg_constraint WHERE conrelid = 'dx_operation_events_v1_keys'::regclass AND contype = 'u' \gset
ALTER TABLE dx_operation_events_v1_keys DROP CONSTRAINT :"guard";
CREATE UNIQUE INDEX guard ON dx_operation_events_v1_keys (event_sequence, run_id);
ALTER EVENT TRIGGER lifecycle_ledger_keep_contracts ENABLE ALWAYS;
ALTER EVENT TRIGGER lifecycle_ledger_keep_contracts_dropped ENABLE ALWAYS;
\set ON_ERROR_STOP 0
SET statement_timeout = '60s';
SELECT ddl FROM public.alone WHERE number = 1 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 1;
SELECT ddl FROM public.alone WHERE number = 2 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 2;
SELECT ddl FROM public.alone WHERE number = 3 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 3;
SELECT ddl FROM public.alone WHERE number = 4 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 4;
SELECT ddl FROM public.alone WHERE number = 5 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 5;
SELECT ddl FROM public.alone WHERE number = 6 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 6;
SELECT ddl FROM public.alone WHERE number = 7 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 7;
SELECT ddl FROM public.alone WHERE number = 8 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 8;
SELECT ddl FROM public.alone WHERE number = 9 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 9;
SELECT ddl FROM public.alone WHERE number = 10 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 10;
SELECT ddl FROM public.alone WHERE number = 11 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 11;
SELECT ddl FROM public.alone WHERE number = 12 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 12;
SELECT ddl FROM public.alone WHERE number = 13 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 13;
SELECT ddl FROM public.alone WHERE number = 14 \gset
:ddl;
UPDATE public.alone SET state = :'SQLSTATE' WHERE number = 14;
RESET statement_timeout;
\set ON_ERROR_STOP 1
SELECT is(state, outcome, ddl) FROM public.alone ORDER BY number;
SELECT is_empty('SELECT FROM pg_index WHERE NOT indisvalid', 'no invalid index is left');
SELECT throws_ok($$SELECT lifecycle._refuse_early('dx_company_entities_v1'::regclass, ARRAY['industry', NULL])$$, '55000', 'CREATE INDEX would break the contract dx_company_entities_v1 1.1.0, which table "HQ".dx_company_entities_v1 keeps', 'the refusal names the contract');
SELECT throws_ok($$SELECT lifecycle._keep_contracts_early()$$, NULL, NULL, 'what asks is for event triggers');

-- Others, with no rights here at all, make and drop tables as before.
CREATE SCHEMA theirs AUTHORIZATION ddl_stranger;
SET ROLE ddl_stranger;
CREATE FUNCTION theirs.ddl() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  CREATE TABLE theirs.dx_company_entities_v1 (a int NOT NULL, b text); ALTER TABLE theirs.dx_company_entities_v1 DROP b; ALTER TABLE theirs.dx_company_entities_v1 RENAME a TO c;
  ALTER TABLE theirs.dx_company_entities_v1 RENAME TO t; DROP TABLE theirs.t; RETURN 'done';
END $$;
CREATE TEMP TABLE result AS SELECT theirs.ddl() AS is;
GRANT SELECT ON result TO PUBLIC;
RESET ROLE;
SELECT is((SELECT result.is FROM result), 'done', 'who may not use the schema alters and drops tables as before, whatever their names');

-- A table that somebody else owns, who may see what it is to keep.
GRANT USAGE ON SCHEMA lifecycle, "HQ" TO ddl_stranger;
GRANT SELECT ON lifecycle.warehouse_tables, lifecycle.warehouses TO ddl_stranger;
SELECT is(public.tried('ALTER TABLE dx_person_entities_v1 OWNER TO ddl_stranger'), 'done', 'an owner who can');
ALTER TABLE dx_person_entities_v1 OWNER TO ddl_stranger;
GRANT EXECUTE ON FUNCTION public.tried(text) TO ddl_stranger;
SET ROLE ddl_stranger;
SELECT public.tried('ALTER TABLE "HQ".dx_person_entities_v1 DROP COLUMN title') || ' ' || public.tried('ALTER TABLE "HQ".dx_person_entities_v1 ADD COLUMN note text') AS outcome \gset
RESET ROLE;
SELECT is(:'outcome'::text, '55000 done', '... is held to it as well');
ALTER TABLE dx_person_entities_v1 OWNER TO CURRENT_USER;

-- A later version of the contract: the table is completed and held to the new one.
SELECT lifecycle.publish_contract(jsonb_insert(jsonb_set(contract, '{version}', '"1.2.0"'), '{schema,0,properties,-1}', '{"name": "region", "logicalType": "string", "physicalType": "varchar(10)", "description": "Region."}', true))
FROM lifecycle.datasets WHERE dataset IN ('dx_company_entities_v1') \g /dev/null
SELECT lifecycle.publish_contract(jsonb_insert(jsonb_set(contract, '{version}', '"1.1.0"'), '{schema,0,properties,-1}', '{"name": "region", "logicalType": "string", "physicalType": "varchar(10)", "description": "Region."}', true))
FROM lifecycle.datasets WHERE dataset IN ('dx_operation_runs_v1') \g /dev/null
SELECT is(public.tried('ALTER TABLE dx_company_entities_v1 ADD note text'), 'done', 'a table that has not got the columns of the latest version may be altered as the former one allows');
SELECT alike((SELECT string_agg(problem || ' ' || mend, '') FROM lifecycle._warehouse_problems('dx_company_entities_v1', 'HQ')), 'column region of "HQ".dx_company_entities_v1 is missing CALL lifecycle.install_warehouse(''HQ'');', '... exports ask for them');
CALL lifecycle.install_warehouse('HQ');
SELECT is_empty(format('SELECT * FROM lifecycle._warehouse_problems(%L, %L)', d, 'HQ'), 'completed: ' || d) FROM unnest(ARRAY['dx_company_entities_v1', 'dx_operation_runs_v1']) d;
SELECT is(public.tried(ddl), '55000', 'and then: ' || ddl) FROM unnest(ARRAY['ALTER TABLE dx_company_entities_v1 DROP COLUMN region', 'ALTER TABLE dx_operation_runs_v1 DROP COLUMN region']) ddl;
SELECT lifecycle.publish_contract(jsonb_set(jsonb_set(contract, '{version}', '"1.3.0"'), '{schema,0,properties,20,physicalType}', '"varchar(30)"')) FROM lifecycle.datasets WHERE dataset = 'dx_company_entities_v1' \g /dev/null
SELECT lifecycle.publish_contract(jsonb_set(jsonb_set(contract, '{version}', '"1.2.0"'), '{schema,0,properties,20,physicalType}', '"text"')) FROM lifecycle.datasets WHERE dataset = 'dx_operation_runs_v1' \g /dev/null
CALL lifecycle.install_warehouse('HQ');
SELECT col_type_is('HQ', 'dx_company_entities_v1', 'region', 'character varying(30)', 'a text that has become wider is widened');
SELECT col_type_is('HQ', 'dx_operation_runs_v1', 'region', 'text', '... partitions and all');
SELECT is((SELECT contract ->> 'version' FROM lifecycle.warehouse_tables WHERE dataset = 'dx_company_entities_v1'), '1.3.0', 'the table is held to the latest version');

-- Something else in the place of a table.
CREATE SCHEMA taken;
CREATE TABLE taken.dx_person_entities_v1 (id integer PRIMARY KEY, note text NOT NULL);
SELECT throws_ok($$CALL lifecycle.install_warehouse('taken')$$, '42P07', 'taken.dx_person_entities_v1 exists and is not the table of dataset "dx_person_entities_v1"', 'a table that is something else is not taken over');
SELECT hasnt_column('taken', 'dx_person_entities_v1', 'org_id', '... nor touched');
-- One that is as it should be is.
CREATE SCHEMA lent;
CREATE TABLE lent.dx_person_entities_v1 (LIKE dx_person_entities_v1 INCLUDING ALL);
SELECT lives_ok($$CALL lifecycle.install_warehouse('lent')$$, 'a table that is as it should be, is');

-- Letting go.
SELECT throws_ok($$SELECT lifecycle.unregister_warehouse('nowhere')$$, '42704', 'there is no warehouse "nowhere"', 'no such warehouse');
SELECT is(lifecycle.unregister_warehouse('lent'), 'lent is no warehouse any more. Its tables stay, and may be altered or dropped; install_warehouse() takes them up again.', 'a warehouse is let go');
SELECT lives_ok('DROP SCHEMA lent CASCADE', '... and may be dropped');
SELECT is(public.tried('DROP TABLE dx_person_entities_v1'), '55000', '... the other one not');
DROP TABLE lifecycle.warehouse_tables;
SELECT is(public.tried('DROP TABLE dx_person_entities_v1'), 'done', 'without its registry the guard says nothing');
CALL lifecycle.install();
CALL lifecycle.install_warehouse('HQ');
SELECT is(public.tried('DROP TABLE dx_person_entities_v1'), '55000', '... install() and install_warehouse() bring both back');
RESET search_path;
REVOKE ALL ON SCHEMA lifecycle, "HQ" FROM ddl_stranger;
DROP OWNED BY ddl_stranger CASCADE;
DROP ROLE ddl_stranger;
SELECT * FROM finish();
