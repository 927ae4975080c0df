-- Append-only: UPDATE, DELETE and TRUNCATE refused to everyone on the table and on every partition, and the one door through it.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(52);

CREATE TABLE lifecycle.facts (id int, at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE lifecycle.facts_early PARTITION OF lifecycle.facts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
SELECT lifecycle._guard_append_only('lifecycle.facts');
SELECT lifecycle._guard_append_only('lifecycle.facts');
INSERT INTO lifecycle.facts VALUES (1, '2020-05-01', 'a'), (2, '2020-06-01', 'b');

-- Everyone
CREATE FUNCTION refused(command text, name text) RETURNS text LANGUAGE sql AS $$ SELECT throws_ok(command, '55000', NULL, name) $$;
SELECT refused('UPDATE lifecycle.facts SET what = ''x''', 'UPDATE is refused to a superuser');
SELECT refused('UPDATE lifecycle.facts SET what = ''x'' WHERE false', '... also where it would touch no row');
SELECT refused('DELETE FROM lifecycle.facts', 'DELETE is refused');
SELECT refused('TRUNCATE lifecycle.facts', 'TRUNCATE is refused');
SELECT refused('UPDATE lifecycle.facts_early SET what = ''x'' WHERE id = 1', 'UPDATE of a partition is refused');
SELECT refused('DELETE FROM lifecycle.facts_early WHERE id = 1', 'DELETE from a partition is refused');
SELECT refused('TRUNCATE lifecycle.facts_early', 'TRUNCATE of a partition is refused');
SELECT refused('INSERT INTO lifecycle.facts_early VALUES (3, ''2020-07-01'') ON CONFLICT DO NOTHING; DELETE FROM ONLY lifecycle.facts_early', 'DELETE ... ONLY is refused');
SELECT refused('MERGE INTO lifecycle.facts f USING (VALUES (1)) v (id) ON f.id = v.id WHEN MATCHED THEN DELETE', 'MERGE is refused')
  WHERE current_setting('server_version_num')::int >= 150000
UNION ALL SELECT pass('no MERGE here') WHERE current_setting('server_version_num')::int < 150000;
SELECT throws_like('DELETE FROM lifecycle.facts', 'table "facts" is append-only: DELETE is refused', 'the message names table and command');

SET session_replication_role = replica;
SELECT refused('DELETE FROM lifecycle.facts', 'session_replication_role does not switch the guard off');
SELECT refused('TRUNCATE lifecycle.facts_early', '... nor on a partition');
RESET session_replication_role;

CREATE ROLE append_only_owner;
GRANT USAGE, CREATE ON SCHEMA lifecycle TO append_only_owner;
ALTER TABLE lifecycle.facts OWNER TO append_only_owner;
ALTER TABLE lifecycle.facts_early OWNER TO append_only_owner;
SET ROLE append_only_owner;
SELECT refused('DELETE FROM lifecycle.facts', 'the owner is refused, too');
SELECT refused('TRUNCATE lifecycle.facts', '... TRUNCATE as well');
RESET ROLE;

-- Partitions that come later
CREATE TABLE lifecycle.facts_2021 PARTITION OF lifecycle.facts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE lifecycle.facts_2022 (LIKE lifecycle.facts);
INSERT INTO lifecycle.facts_2022 VALUES (9, '2022-02-02', 'z');
ALTER TABLE lifecycle.facts ATTACH PARTITION lifecycle.facts_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
INSERT INTO lifecycle.facts VALUES (3, '2021-05-01', 'a');
SELECT refused('TRUNCATE lifecycle.facts_2021', 'a partition created later refuses TRUNCATE');
SELECT refused('DELETE FROM lifecycle.facts_2021 WHERE false', '... and DELETE of nothing');
SELECT refused('DELETE FROM lifecycle.facts_2022 WHERE id = 9', 'a partition attached later refuses DELETE');
SELECT refused('UPDATE lifecycle.facts_2022 SET id = 1 WHERE false', '... and UPDATE of nothing');
SELECT refused('TRUNCATE lifecycle.facts_2022', '... and TRUNCATE');
SET session_replication_role = replica;
SELECT refused('DELETE FROM lifecycle.facts_2022', '... whatever session_replication_role says');
SELECT refused('TRUNCATE lifecycle.facts_2021', '... on a created one as well');
RESET session_replication_role;
CREATE TABLE lifecycle.facts_deep PARTITION OF lifecycle.facts FOR VALUES FROM ('2023-01-01') TO ('2024-01-01') PARTITION BY LIST (what);
CREATE TABLE lifecycle.facts_deep_a PARTITION OF lifecycle.facts_deep FOR VALUES IN ('a');
SELECT refused('TRUNCATE lifecycle.facts_deep_a', 'a partition of a partition is guarded');
SET ROLE append_only_owner;
CREATE TABLE lifecycle.facts_2024 (LIKE lifecycle.facts);
ALTER TABLE lifecycle.facts ATTACH PARTITION lifecycle.facts_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
SELECT refused('TRUNCATE lifecycle.facts_2024', 'one attached by an owner who is no superuser, too');
RESET ROLE;
CREATE ROLE append_only_stranger;
GRANT CREATE ON SCHEMA public TO append_only_stranger;
REVOKE USAGE ON SCHEMA lifecycle FROM PUBLIC;
SET ROLE append_only_stranger;
SELECT lives_ok('CREATE TABLE public.mine (a int); ALTER TABLE public.mine ADD b int; DROP TABLE public.mine', 'who may not even use the schema makes tables as before');
SELECT lives_ok($$CREATE TABLE public.mine (a int); CREATE TRIGGER t BEFORE UPDATE ON public.mine FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
  ALTER TRIGGER t ON public.mine RENAME TO append_only; DROP TRIGGER append_only ON public.mine; DROP TABLE public.mine$$, '... and triggers, whatever their names');
RESET ROLE;

-- The guard itself
ALTER TABLE lifecycle.facts DISABLE TRIGGER ALL;
SELECT refused('TRUNCATE lifecycle.facts', 'DISABLE TRIGGER ALL does not disable it');
SELECT refused('DELETE FROM lifecycle.facts', '... for DELETE neither');
ALTER TABLE lifecycle.facts ENABLE TRIGGER ALL;
ALTER TABLE lifecycle.facts_early DISABLE TRIGGER USER;
SELECT refused('TRUNCATE lifecycle.facts_early', 'nor on one partition');
SET session_replication_role = replica;
SELECT refused('DELETE FROM lifecycle.facts_early', 'and ENABLE TRIGGER ALL does not weaken it');
RESET session_replication_role;
SELECT refused('DROP TRIGGER append_only ON lifecycle.facts', 'it cannot be dropped');
SELECT refused('DROP TRIGGER append_only_rows ON lifecycle.facts', '... neither half of it');
SELECT refused('DROP TRIGGER append_only ON lifecycle.facts_early', '... nor on a partition');
DROP TABLE lifecycle.facts_deep_a;
ALTER TABLE lifecycle.facts DETACH PARTITION lifecycle.facts_2021;
DROP TABLE lifecycle.facts_2021;
SELECT pass('DETACH and DROP TABLE are not refused');
SELECT lives_ok($$INSERT INTO lifecycle.facts VALUES (4, '2020-08-01', 'c')$$, 'INSERT goes on');
SELECT is((SELECT count(*) FROM lifecycle.facts), 4::bigint, 'and nothing has gone');

-- The door
SELECT throws_ok('SELECT lifecycle._open_append_only(''mine'')', '55000', 'append-only tables cannot be opened from here', 'a superuser cannot open the door');
CREATE PROCEDURE lifecycle._redact(what text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle._open_append_only('test');
  UPDATE lifecycle.facts f SET what = _redact.what WHERE f.id = 1;
  IF what = 'fails' THEN
    RAISE EXCEPTION 'on purpose';
  END IF;
END $$;
SELECT throws_ok('CALL lifecycle._redact(''q'')', '55000', 'append-only tables cannot be opened from here', 'nor can a procedure of a user');
CREATE PROCEDURE lifecycle.redact(what text) AS '$libdir/lifecycle_ledger', 'lifecycle_lawful_call' LANGUAGE C;
SELECT throws_ok('CALL lifecycle.redact(''q'')', '42501', NULL, 'nor one that merely names the lawful entry');
ALTER EXTENSION lifecycle_ledger ADD PROCEDURE lifecycle.redact(text);
SELECT throws_ok('CALL lifecycle.redact(''q'')', '42501', NULL, '... while what it would run is not the extension''s');
ALTER EXTENSION lifecycle_ledger ADD PROCEDURE lifecycle._redact(text);
SELECT throws_ok('CALL lifecycle._redact(''q'')', '55000', NULL, 'the inner procedure alone opens nothing');
CALL lifecycle.redact('redacted');
SELECT is((SELECT what FROM lifecycle.facts WHERE id = 1), 'redacted', 'a lawful procedure changes a row');
SELECT refused('UPDATE lifecycle.facts SET what = ''x''', '... and the door has closed behind it');
SELECT throws_ok('CALL lifecycle.redact(''fails'')', 'P0001', 'on purpose', 'where it fails');
SELECT refused('UPDATE lifecycle.facts SET what = ''x''', '... the door has closed, too');
SELECT is((SELECT what FROM lifecycle.facts WHERE id = 1), 'redacted', '... and nothing was changed');

CREATE PROCEDURE lifecycle._steps(INOUT changed int) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle._require_top_level('steps');
  PERFORM lifecycle._open_append_only('test');
  UPDATE lifecycle.facts SET what = 'step 1' WHERE id = 1;
  COMMIT;
  UPDATE lifecycle.facts SET what = 'step 2' WHERE id = 2;
  PERFORM lifecycle._close_append_only();
  BEGIN
    DELETE FROM lifecycle.facts WHERE id = 1;
  EXCEPTION WHEN object_not_in_prerequisite_state THEN
    changed := changed + 1;
  END;
  BEGIN
    PERFORM lifecycle._open_append_only('test');
    PERFORM 1 / 0;
  EXCEPTION WHEN division_by_zero THEN
    NULL;
  END;
  BEGIN
    DELETE FROM lifecycle.facts WHERE id = 1;
  EXCEPTION WHEN object_not_in_prerequisite_state THEN
    changed := changed + 1;
  END;
  COMMIT;
END $$;
CREATE PROCEDURE lifecycle.steps(INOUT changed int) AS '$libdir/lifecycle_ledger', 'lifecycle_lawful_call' LANGUAGE C;
ALTER EXTENSION lifecycle_ledger ADD PROCEDURE lifecycle.steps(int);
ALTER EXTENSION lifecycle_ledger ADD PROCEDURE lifecycle._steps(int);
CALL lifecycle.steps(0) \gset
SELECT is(:changed, 2, 'a lawful procedure may commit, is refused where it has closed the door and where the block that opened it failed');
SELECT is((SELECT string_agg(what, ', ' ORDER BY id) FROM lifecycle.facts WHERE id <= 2), 'step 1, step 2', '... and what it did with the door open stands, before and after its COMMIT');

-- The events
SELECT refused('DELETE FROM lifecycle.events', 'events are append-only');
SELECT refused('TRUNCATE lifecycle.events', '... against TRUNCATE');
SELECT refused('TRUNCATE lifecycle.event_keys', 'so are their keys');
SELECT is((SELECT count(*) FROM pg_partition_tree('lifecycle.events') p WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p.relid AND t.tgname = 'append_only' AND t.tgenabled = 'A')),
  0::bigint, 'and every partition has the guard');
SELECT lifecycle._ensure_partition('lifecycle.events', '2019-05-05') \g /dev/null
SELECT refused(format('TRUNCATE %s', lifecycle._partition_of('lifecycle.events', '2019-05-05')), '... one made for a past month, too');
DROP OWNED BY append_only_owner, append_only_stranger CASCADE;
DROP ROLE append_only_owner, append_only_stranger;
SELECT * FROM finish();
