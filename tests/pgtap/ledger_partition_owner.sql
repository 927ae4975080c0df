-- A partition belongs to the owner of the ledger whoever registers or rebuilds: another member of that role, a superuser.
\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(4);

CREATE ROLE partition_owner;
CREATE ROLE partition_operator IN ROLE partition_owner;
GRANT USAGE, CREATE ON SCHEMA lifecycle TO partition_owner;
-- What only a superuser may bring, as install()'s own hint says.
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
GRANT ALL ON SCHEMA partman TO partition_owner;
GRANT ALL ON ALL TABLES IN SCHEMA partman TO partition_owner;
CREATE TABLE public.partition_source (id integer PRIMARY KEY, mail text, at timestamptz);
INSERT INTO public.partition_source VALUES (1, 'a@b.example', now());
GRANT SELECT ON public.partition_source TO partition_owner;
SET ROLE partition_owner;
CALL lifecycle.install();

CREATE FUNCTION pg_temp.owner() RETURNS name LANGUAGE sql AS
  $$ SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('lifecycle.contact_events_partition_source') $$;

SET ROLE partition_operator;
SELECT lifecycle.register_source('partition_source', 'public.partition_source', '{"contact_email": "mail", "event_type": {"constant": "form"},
  "event_timestamp": "at", "source_record_id": "id"}') AS guarantee \gset
RESET ROLE;
SELECT is(pg_temp.owner(), 'partition_owner', 'registered by a member of the owner''s role');
SET ROLE partition_operator;
CALL lifecycle.rebuild_contact_events();
RESET ROLE;
SELECT is(pg_temp.owner(), 'partition_owner', 'rebuilt by a member of the owner''s role');
CALL lifecycle.rebuild_contact_events();
SELECT is(pg_temp.owner(), 'partition_owner', 'rebuilt by a superuser');
SET ROLE partition_owner;
CALL lifecycle.rebuild_contact_events();
RESET ROLE;
SELECT is(pg_temp.owner(), 'partition_owner', 'and the owner may still rebuild it');
SELECT * FROM finish();
DROP OWNED BY partition_owner, partition_operator CASCADE;
DROP ROLE partition_operator, partition_owner;
