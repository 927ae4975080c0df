-- Ways around append-only and around privileges that must stay closed: each was open once, or nearly.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT plan(22);
INSERT INTO lifecycle.users (id, email, current_lifecycle_stage) VALUES
  ('0190f3a0-5b7e-7c3a-9f00-00000000aaaa', 'ann@example.com', 'Acquisition'), ('0190f3a0-5b7e-7c3a-9f00-00000000bbbb', 'bob@example.com', 'Acquisition');
INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties) VALUES
  ('0190f3a0-5b7e-7c3a-9f00-000000000001', 'page_viewed', now(), 'ann@example.com', '{}'), ('0190f3a0-5b7e-7c3a-9f00-000000000002', 'page_viewed', now(), 'bob@example.com', '{}');

-- Written anew by DDL, which fires no trigger of rows
SELECT throws_ok($$ALTER TABLE lifecycle.events ALTER properties TYPE jsonb USING '{"forged": true}'$$, '55000', NULL, 'values are not computed anew');
SELECT throws_ok($$ALTER TABLE lifecycle.contract_versions ALTER contract TYPE jsonb USING '{}'$$, '55000', NULL, '... nor those of other append-only tables');
SELECT throws_ok(format($$ALTER TABLE %s ALTER properties TYPE text$$, (SELECT tableoid::regclass FROM lifecycle.events LIMIT 1)), NULL, NULL, '... nor of a partition');
CREATE TABLE pg_temp.of_ones_own (n integer);
SELECT lives_ok('ALTER TABLE pg_temp.of_ones_own ALTER n TYPE text', 'one''s own tables are one''s own');

-- The guard's triggers under another name, in another schema, gone with an extension
SELECT throws_ok('ALTER TRIGGER append_only_rows ON lifecycle.events RENAME TO harmless', '55000', NULL, 'the guard is not renamed');
SELECT throws_ok('ALTER TRIGGER append_only ON lifecycle.events RENAME TO harmless', '55000', NULL, '... nor that of statements');
CREATE SCHEMA elsewhere;
CREATE TABLE elsewhere.old PARTITION OF lifecycle.events FOR VALUES FROM ('1998-01-01') TO ('1998-02-01');
SELECT throws_ok('DROP TRIGGER append_only ON elsewhere.old', '55000', NULL, 'a partition in another schema keeps its guard');
BEGIN;
ALTER TABLE lifecycle.events SET SCHEMA elsewhere;
SELECT throws_ok('DROP TRIGGER append_only_rows ON elsewhere.events', '55000', NULL, 'a table that was moved keeps its guard');
SELECT throws_ok('DROP TRIGGER append_only ON elsewhere.events', '55000', NULL, '... all of it');
ROLLBACK;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
ALTER TRIGGER append_only ON lifecycle.events DEPENDS ON EXTENSION fuzzystrmatch;
SELECT throws_ok('DROP EXTENSION fuzzystrmatch', '55000', NULL, 'the guard does not go with an extension it was made to depend on');
ALTER TRIGGER append_only ON lifecycle.events NO DEPENDS ON EXTENSION fuzzystrmatch;
SELECT lives_ok('DROP EXTENSION fuzzystrmatch', 'which goes by itself');
CREATE TABLE elsewhere.own (id int);
CREATE TRIGGER append_only BEFORE INSERT ON elsewhere.own FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT lives_ok('DROP TRIGGER append_only ON elsewhere.own', 'a trigger of that name on a table of one''s own is one''s own');

-- Whoever has no rights here goes about their own triggers as ever
CREATE ROLE tricks_stranger;
CREATE SCHEMA tricks_stranger AUTHORIZATION tricks_stranger;
SET ROLE tricks_stranger;
CREATE TABLE tricks_stranger.own (id int);
CREATE TRIGGER append_only BEFORE UPDATE ON tricks_stranger.own FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
SELECT lives_ok('ALTER TRIGGER append_only ON tricks_stranger.own RENAME TO append_only_rows', 'a stranger renames a trigger of their own');
SELECT lives_ok('DROP TRIGGER append_only_rows ON tricks_stranger.own', '... and drops it');
RESET ROLE;

-- Disabled by a session that passes for a replica
SET session_replication_role = replica;
ALTER TABLE lifecycle.events DISABLE TRIGGER ALL;
SELECT throws_ok('DELETE FROM lifecycle.events', '55000', NULL, 'a guard that was disabled is enabled again, also under session_replication_role = replica');
SELECT throws_ok('ALTER TRIGGER append_only ON lifecycle.events RENAME TO harmless', '55000', NULL, '... and not renamed');
RESET session_replication_role;
ALTER TABLE lifecycle.events ENABLE TRIGGER USER;
SELECT lifecycle._guard_append_only('lifecycle.events') \g /dev/null

-- Triggers that a lawful procedure fires are not lawful themselves
CREATE FUNCTION elsewhere.parasite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  BEGIN
    IF TG_TABLE_NAME = 'users' THEN
      PERFORM lifecycle._open_append_only('parasite');
    END IF;
    DELETE FROM lifecycle.events e WHERE e.user_id = 'bob@example.com';
    INSERT INTO elsewhere.own VALUES (1);
  EXCEPTION WHEN object_not_in_prerequisite_state THEN
    INSERT INTO elsewhere.own VALUES (2);
  END;
  RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER parasite BEFORE UPDATE ON lifecycle.users FOR EACH ROW EXECUTE FUNCTION elsewhere.parasite();
CREATE TRIGGER a_parasite BEFORE UPDATE ON lifecycle.events FOR EACH ROW EXECUTE FUNCTION elsewhere.parasite();
CALL lifecycle.erase_user('0190f3a0-5b7e-7c3a-9f00-00000000aaaa');
SELECT is((SELECT array_agg(DISTINCT id) FROM elsewhere.own), '{2}', 'a trigger fired by an erasure cannot open or use the door');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE user_id = 'bob@example.com'), 1::bigint, '... and nobody else''s events are gone');
SELECT is((SELECT count(*) FROM lifecycle.events WHERE user_id = 'ann@example.com'), 0::bigint, '... while the erasure was done');
DROP TRIGGER parasite ON lifecycle.users;
DROP TRIGGER a_parasite ON lifecycle.events;

-- What the triggers of events do as the owner, they do under the caller's search_path
CREATE ROLE tricks_writer;
CREATE SCHEMA tricks_writer AUTHORIZATION tricks_writer;
GRANT USAGE ON SCHEMA lifecycle TO tricks_writer;
GRANT INSERT ON lifecycle.events TO tricks_writer;
SET ROLE tricks_writer;
CREATE FUNCTION tricks_writer.same(uuid, uuid) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
CREATE FUNCTION tricks_writer.same(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
CREATE OPERATOR tricks_writer.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = tricks_writer.same);
CREATE OPERATOR tricks_writer.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = tricks_writer.same);
SET search_path = tricks_writer, pg_catalog, public;
SELECT public.throws_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  VALUES ('0190f3a0-5b7e-7c3a-9f00-000000000001', 'page_viewed', now(), 'cyd', '{}')$$, '23505', NULL, 'operators of the caller''s do not run as the owner where an id is looked up');
SELECT public.lives_ok($$INSERT INTO lifecycle.events (event_id, event_name, event_time, user_id, properties)
  VALUES ('0190f3a0-5b7e-7c3a-9f00-000000000003', 'page_viewed', now(), 'ann@example.com', '{}')$$, '... nor where the erased are');
RESET search_path;
RESET ROLE;
SELECT is((SELECT count(*) FROM lifecycle.events WHERE user_id = 'ann@example.com'), 0::bigint, '... who stay away');
SELECT * FROM finish();
