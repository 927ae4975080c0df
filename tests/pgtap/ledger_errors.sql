-- Bad input: each error names the thing and the mend (SQLSTATE, message, DETAIL and HINT), and leaves everything as it was.
\ir ../lib/ledger_test.sql
SELECT no_plan();

CREATE TABLE up.forms (id integer PRIMARY KEY, mail text, at timestamptz DEFAULT '2025-03-01', score integer, changed_at timestamptz NOT NULL DEFAULT '2025-03-02', doc jsonb);
INSERT INTO up.forms (id, mail) VALUES (1, 'ann@example.com'), (2, 'nobody@example.com');
INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('c1', 'ann@example.com');
CREATE FUNCTION mapping(extra jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT '{"contact_email": "mail", "event_type": {"constant": "form"}, "event_timestamp": "at", "source_record_id": "id"}'::jsonb || extra
$$;
SELECT lifecycle.register_source('forms', 'up.forms', mapping('{"change_column": "changed_at"}')) \g /dev/null
CALL lifecycle.sync_contact_events();

-- All that an error must leave alone: the tables but for the log, and what relations there are.
CREATE FUNCTION state() RETURNS text LANGUAGE sql AS $$
  SELECT md5(concat_ws('#', (SELECT string_agg(e::text, ' ' ORDER BY e::text) FROM lifecycle.contact_events e),
    (SELECT string_agg(i::text, ' ' ORDER BY i::text) FROM lifecycle.issues i), (SELECT string_agg((to_jsonb(s) - 'relation')::text, ' ') FROM lifecycle.sources s),
    (SELECT string_agg(c::text, ' ') FROM lifecycle.contact_source c), (SELECT string_agg(c::text, ' ' ORDER BY c::text) FROM lifecycle.contacts c),
    (SELECT string_agg(format('%s %s %s', relname, relkind, relowner), ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'lifecycle'::regnamespace)))
$$;
SELECT state() AS before \gset
CREATE FUNCTION registration(mapping jsonb, relation text DEFAULT 'up.forms', source text DEFAULT 'x') RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT lifecycle.register_source(%L, %L, %L)', source, relation, mapping)
$$;

-- Registration
SELECT fails_with(registration(mapping('{"contact_email": "maill"}')), $$42703: mapping of up.forms: column "maill" does not exist
DETAIL: /contact_email is "maill".
HINT: Did you mean "mail"? Columns of up.forms: id, mail, at, score, changed_at, doc. For a constant write {"constant": "maill"}.$$, 'an unknown column');
SELECT fails_with(registration(mapping('{"payload": ["id", "nope"]}')), $$42703: mapping of up.forms: column "nope" does not exist
DETAIL: /payload/1 is "nope".
HINT: Columns of up.forms: id, mail, at, score, changed_at, doc.$$, 'an unknown column of the payload');
SELECT fails_with(registration(mapping('{"event_timestamp": "score"}')), $$42804: mapping of up.forms: event_timestamp cannot be taken from a column of type integer
DETAIL: /event_timestamp is "score".
HINT: Map a column of type timestamptz, timestamp, date or text; or register a view that selects to_timestamp("score"), if it counts seconds since 1970.$$,
  'a number as time');
SELECT fails_with(registration(mapping('{"source_record_id": "doc"}')), $$42804: mapping of up.forms: source_record_id cannot be taken from a column of type jsonb
DETAIL: /source_record_id is "doc".
HINT: Map another column, or register a view that casts this one.$$, 'a document as record id');
SELECT fails_with(registration(mapping('{"change_column": "mail"}')), $$42804: mapping of up.forms: change_column cannot be of type text
DETAIL: /change_column is "mail".
HINT: Name a column of type timestamptz, timestamp or date that every change of a row sets to now(). Without one,%$$, 'a text as change column');
SELECT fails_with(registration(mapping('{"evnt_name": "score"}')), $$22023: mapping of up.forms: key "evnt_name" is not known
DETAIL: /evnt_name is "score".
HINT: Did you mean "event_name"? Keys here: contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_record_id, payload, time_zone, change_column, look_back.$$,
  'an unknown key');
SELECT fails_with(registration(mapping('{"time_zone": "Europe/Londn"}')), $$22023: mapping of up.forms: the time zone is not known
DETAIL: /time_zone is "Europe/Londn".
HINT: Use UTC or an area/location name such as Europe/London; SELECT name FROM pg_timezone_names lists them.$$, 'an unknown zone');
SELECT fails_with(registration(mapping(jsonb_build_object('look_back', given))), format($$22023: mapping of source "x": look_back is not an interval of zero or more, up to 1000 years
DETAIL: /look_back is %s.
HINT: Give it as text, such as "10 minutes"; leave the key out for 5 minutes.$$, given), 'a look_back of ' || given::text)
  FROM (VALUES ('"soon"'::jsonb), ('5'), ('"-5 minutes"'), ('["5 minutes"]'), ('"1 month -30 days"'), ('"1 day -1 second"'), ('"100000 years"')) v (given);
SELECT fails_with(registration(mapping('{}') - 'source_record_id'), $$22023: mapping of up.forms: it does not map source_record_id
DETAIL: The mapping is an object.
HINT: Add "source_record_id": a column's name, or {"constant": …}. Columns of up.forms: id, mail, at, score, changed_at, doc.$$, 'no record id mapped');
SELECT fails_with(registration(mapping('{}') - 'contact_email'), $$22023: mapping of up.forms: it maps none of contact_id, contact_email
DETAIL: The mapping is an object.
HINT: Map at least one of them. Columns of up.forms: id, mail, at, score, changed_at, doc.$$, 'no contact mapped');
SELECT fails_with(registration(given), format($$22023: mapping of up.forms: it is not a JSON object
DETAIL: The mapping is %s.
HINT: Write {"event_type": {"constant": "form"}, …}: a key for each column.$$, described), 'a mapping that is ' || described)
  FROM (VALUES ('[]'::jsonb, 'an empty array'), ('"x"', '"x"'), ('1', '1'), ('null', 'null')) v (given, described);
SELECT fails_with(registration(mapping('{}'), 'up.nope'), '42P01: relation "up.nope" does not exist', 'an unknown relation');
SELECT fails_with(registration(mapping('{}'), 'up.forms_pkey'), $$42809: up.forms_pkey cannot be mapped
DETAIL: It is neither a table, a foreign table, a view nor a materialized view.
HINT: Name the table or view that holds the rows.$$, 'an index as source');
SELECT fails_with(registration(mapping('{}'), relation), $$22023: the ledger cannot be its own source
HINT: Register the upstream table or a view over it.$$, relation || ' as source') FROM unnest('{lifecycle.contact_events,lifecycle.contact_events_forms}'::text[]) relation;
SELECT fails_with(format('SELECT lifecycle.register_source(%s)', arguments), $$22004: register_source() needs a source system, a relation and a mapping
HINT: docs/SOURCES.md shows a whole registration.$$, 'registration of ' || arguments)
  FROM unnest(ARRAY[$$'', 'up.forms', '{}'$$, $$NULL, 'up.forms', '{}'$$, $$'x', NULL, '{}'$$, $$'x', 'up.forms', NULL$$]) arguments;
SELECT fails_with('SELECT lifecycle.unregister_source(''nope'')', $$42704: source "nope" is not registered
HINT: SELECT source_system FROM lifecycle.sources;$$, 'unregistering what is not registered');
SELECT fails_with(registration(mapping('{"event_name": "scor"}'), 'up.forms', 'forms'), '42703: %', 'a bad mapping for a registered source');
SELECT is(state(), :'before', 'a registration that fails leaves everything as it was');

-- The contacts
CREATE TABLE up.people (nr integer PRIMARY KEY, mail text);
SELECT fails_with('SELECT lifecycle.use_contacts(''up.people'')', $$42703: contacts relation up.people has no column contact_id
DETAIL: Its columns are: nr, mail.
HINT: SELECT lifecycle.use_contacts(relation, id_column, email_column) with the names it has.$$, 'contacts without the id column');
SELECT fails_with('SELECT lifecycle.use_contacts(''up.people'', ''nr'', ''E-Mail'')', $$42703: contacts relation up.people has no column "E-Mail"
DETAIL: Its columns are: nr, mail.
HINT: SELECT lifecycle.use_contacts(relation, id_column, email_column) with the names it has.$$, 'contacts without the e-mail column');
SELECT fails_with('SELECT lifecycle.use_contacts(''up.people_pkey'', ''nr'', ''nr'')', $$42809: up.people_pkey cannot hold the contacts
DETAIL: It is neither a table nor a view.
HINT: Name the table or view that holds them.$$, 'an index as contacts');
SELECT fails_with('SELECT lifecycle.use_contacts(''up.nope'')', '42P01: relation "up.nope" does not exist', 'unknown contacts');
SELECT fails_with('SELECT lifecycle.use_contacts(NULL)', $$22004: use_contacts() needs a relation, an id column and an e-mail column
HINT: SELECT lifecycle.use_contacts('crm.people', 'id', 'email');$$, 'no contacts');
SELECT fails_with('SELECT lifecycle.use_contacts(4294967295::oid::regclass)', $$42P01: the contacts relation does not exist
DETAIL: No relation has OID 4294967295: it was dropped.
HINT: Name the table or view that holds the contacts now.$$, 'contacts that were dropped');
CREATE DOMAIN up.moment AS timestamptz;
CREATE DOMAIN up.address AS varchar(100);
CREATE TABLE up.odd_people (id up.moment, nr smallint, rate real, mail up.address);
SELECT fails_with(format('SELECT lifecycle.use_contacts(''up.odd_people'', %L, %L)', id, mail), format($$42804: contacts relation up.odd_people: column %s is of type %s
DETAIL: An id is a text, an integer, a numeric, a uuid or of a type that an extension brings; an e-mail address is a text.
HINT: Name another column, or a view that casts this one.$$, given, described), format('contacts by %s and %s', id, mail))
  FROM (VALUES ('id', 'mail', 'id', 'up.moment, which is no id'), ('rate', 'mail', 'rate', 'real, which is no id'), ('nr', 'id', 'id', 'up.moment, which is no e-mail address'),
    ('nr', 'nr', 'nr', 'smallint, which is no e-mail address')) v (id, mail, given, described);
SELECT is(state(), :'before', 'a bad use_contacts() leaves everything as it was');
BEGIN;
SELECT lives_ok($$SELECT lifecycle.use_contacts('up.odd_people', 'nr', 'mail')$$, 'a domain over a text is an address');
ROLLBACK;

-- Calls
SELECT fails_with('BEGIN; CALL lifecycle.' || procedure || '_contact_events()', format($$25001: CALL lifecycle.%s_contact_events() must run outside a transaction block
DETAIL: The session is in a transaction block: BEGIN, or several statements sent as one query. The procedure commits its work in steps.
HINT: Send the CALL as a statement of its own: no BEGIN around it, one CALL per psql -c and per pg_cron job.$$, procedure), procedure || ' inside BEGIN')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events(''nope'')', $$42704: source "nope" is not registered
DETAIL: Registered are: forms.
HINT: SELECT lifecycle.register_source(source_system, relation, mapping);$$, procedure || ' of an unknown source') FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with('SELECT lifecycle.explain_contact(''nope'', ''1'')', '42704: source "nope" is not registered%', 'explaining an unknown source');
SELECT fails_with('SELECT lifecycle.explain_contact(''forms'', ''abc'')', $$P0002: source "forms" has no row with record id "abc"
DETAIL: Looked in up.forms; the ledger has none either.
HINT: A row deleted upstream leaves the ledger at the next reconcile.$$, 'explaining an unknown row');
SELECT fails_with(command, $$55000: pg_cron is not installed in this database
DETAIL: Database "%" has no table cron.job.
HINT: Set shared_preload_libraries = 'pg_cron' and cron.database_name = '%', restart, then CREATE EXTENSION pg_cron; or call the procedures from any other scheduler.$$,
  command || ' without pg_cron') FROM unnest('{CALL lifecycle.schedule(),CALL lifecycle.unschedule()}'::text[]) command;
SELECT fails_with('DROP EXTENSION lifecycle_ledger', '2BP01: cannot drop extension lifecycle_ledger because other objects depend on it%', 'dropping the extension under its tables');
SELECT is((SELECT count(*) FROM lifecycle.pipeline_runs), 1::bigint, 'none of them is a run');
SELECT is(state(), :'before', 'a bad call leaves everything as it was');

-- Where nothing can be written
ALTER DATABASE :DBNAME SET default_transaction_read_only = on;
SELECT fails_with('CALL lifecycle.' || procedure || '()', format($$25006: %s() writes, and this session's transactions are read-only
DETAIL: default_transaction_read_only is on, as set by database.
HINT: SET default_transaction_read_only = off; then call it again.$$, procedure), procedure || ' in a read-only session')
  FROM unnest('{sync_contact_events,ingest_events,process_triggers,install,install_operational_tables,install_warehouse,check_service_levels}'::text[]) procedure;
ALTER DATABASE :DBNAME RESET default_transaction_read_only;
SELECT fails_with('CALL lifecycle.apply_retention(' || dry_run || ', ''up.forms'')', '42704: up.forms has no retention policy
DETAIL: Policies are there for: %lifecycle.lifecycle_events, %
HINT: Name a table that has one, or INSERT INTO lifecycle.retention_policies.', 'retention of a table without a policy') FROM unnest('{true,false}'::text[]) dry_run;

-- Two at once
SELECT lifecycle._run_lock('contact_events:forms', false) \g /dev/null
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events()', format($$55P03: %s_contact_events: another run is working on source "forms"
DETAIL: Process %s holds its run lock.
HINT: Wait for it (SELECT * FROM lifecycle.progress), or call with wait => true.$$, procedure, pg_backend_pid()), procedure || ' beside another run')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with(command, format($$55P03: a run is working on source "forms"
DETAIL: Process %s holds its run lock.
HINT: Wait for it (SELECT * FROM lifecycle.progress) and try again.$$, pg_backend_pid()), left(command, 34) || ' beside a run')
  FROM unnest(ARRAY[registration(mapping('{}'), 'up.forms', 'forms'), 'SELECT lifecycle.unregister_source(''forms'')']) command;
SELECT lifecycle._run_unlock('contact_events:forms') \g /dev/null
SELECT is(state(), :'before', 'who comes second leaves everything as it was');
SELECT dblink_connect('reader', connection_to(current_database())) \g /dev/null
SELECT dblink_exec('reader', 'BEGIN; LOCK TABLE lifecycle.contact_events IN ACCESS SHARE MODE') \g /dev/null
ALTER DATABASE :DBNAME SET lifecycle_ledger.lock_attempts = 1;
SELECT fails_with('CALL lifecycle.rebuild_contact_events()', $$55P03: rebuild_contact_events of source "forms" failed: could not swap in the rebuilt partition lifecycle.contact_events_forms: readers hold the ledger
DETAIL: 1 attempts of 200ms each; sessions holding it: %
HINT: End the long transactions that read contact_events, or raise lifecycle_ledger.lock_attempts. The ledger is as it was.$$, 'a rebuild under a reader who never ends');
SELECT fails_with('SELECT lifecycle.unregister_source(''forms'')', $$55P03: could not unregister source "forms": other sessions hold lifecycle.contact_events, lifecycle.contact_events_forms
DETAIL: 1 attempts of 200ms each; sessions holding one of them: %
HINT: End the long transactions that use them, or raise lifecycle_ledger.lock_attempts. Nothing was changed.$$, 'unregistering under one');
SELECT dblink_disconnect('reader') \g /dev/null
SELECT is(state(), :'before', '... leaves everything as it was');
ALTER DATABASE :DBNAME RESET lifecycle_ledger.lock_attempts;

-- Privileges
SELECT 'ledger_stranger_' || pg_backend_pid() AS stranger \gset
CREATE ROLE :stranger;
SELECT fails_with('CALL lifecycle.sync_contact_events()', '42501: permission denied for schema lifecycle', 'a role without the schema', :'stranger');
GRANT USAGE ON SCHEMA lifecycle, up TO :stranger;
GRANT SELECT ON up.forms TO :stranger;
SELECT fails_with(command, format($$42501: permission denied for the tables of lifecycle_ledger
DETAIL: Role "%s" may not read lifecycle.schema_version.
HINT: Call it as the role that called install(), %s.$$, :'stranger', current_user), left(command, 34) || ' by a role without its tables', :'stranger')
  FROM unnest(ARRAY['CALL lifecycle.sync_contact_events()', registration('{}'), 'SELECT lifecycle.use_contacts(''up.forms'', ''id'', ''mail'')']) command;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lifecycle TO :stranger;
SELECT fails_with('CALL lifecycle.rebuild_contact_events()', format($$42501: rebuild_contact_events of source "forms" failed: permission denied for schema lifecycle
DETAIL: SELECT * FROM lifecycle.pipeline_runs ORDER BY run_id DESC; shows it beside the other runs.
HINT: Call it as the role that called install(), %s.$$, current_user), 'a rebuild by a role that does not own the ledger', :'stranger');
REVOKE SELECT ON up.forms FROM :stranger;
SELECT fails_with(registration(mapping('{}')), format($$42501: permission denied for column id of up.forms
DETAIL: Role %1$s maps the column and must be able to read it.
HINT: GRANT SELECT ON up.forms TO %1$s;$$, :'stranger'), 'a source that the role may not read', :'stranger');
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events()', format($$42501: %1$s_contact_events of source "forms" failed: permission denied for column id of up.forms
DETAIL: Role %2$s maps the column and must be able to read it.
HINT: GRANT SELECT ON up.forms TO %2$s;$$, procedure, :'stranger'), procedure || ' of a source that the role may not read', :'stranger')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with('SELECT lifecycle.use_contacts(''up.people'', ''nr'', ''mail'')', format($$42501: permission denied to read column nr of contacts relation up.people
HINT: GRANT SELECT ON up.people TO %s;$$, :'stranger'), 'contacts that the role may not read', :'stranger');
GRANT SELECT (id, mail, at, changed_at) ON up.forms TO :stranger;
SELECT fails_with('CALL lifecycle.sync_contact_events()', format($$42501: sync_contact_events of source "forms" failed: permission denied for whole rows of up.forms
DETAIL: A row that is held is kept whole, and role %1$s may not read: score, doc.
HINT: GRANT SELECT ON up.forms TO %1$s; or register a view of the columns it may read.$$, :'stranger'), 'a source of which the role may read only some columns', :'stranger');
SELECT fails_with(registration(mapping('{}')), '42501: permission denied for whole rows of up.forms%', 'registering it', :'stranger');
GRANT SELECT (score, doc) ON up.forms TO :stranger;
REVOKE SELECT ON lifecycle.contacts FROM :stranger;
SELECT fails_with('CALL lifecycle.sync_contact_events()', format($$42501: sync_contact_events of source "forms" failed: permission denied for contacts relation lifecycle.contacts
DETAIL: Contacts are resolved with the privileges of role "%1$s", who may not read columns "contact_id" and "email".
HINT: GRANT SELECT (contact_id, email) ON lifecycle.contacts TO %1$s;$$, :'stranger'), 'a sync by a role that may not read the contacts', :'stranger');
SELECT is(state(), :'before', 'a missing privilege leaves everything as it was');
GRANT SELECT ON lifecycle.contacts, up.people TO :stranger;
-- Row-level security: what it hides must not count as gone.
SELECT relation AS hiding, command AS hidden, format($$row-level security may hide rows of %s
DETAIL: Its policies apply to role %I; a row that they hide would count as gone.
HINT: Call it as a role with BYPASSRLS, or as the table's owner; or name a view that selects the rows that are meant in place of %1$s.$$, relation, :'stranger') AS refusal
  INTO TEMP TABLE hidden FROM (VALUES ('up.forms', 'CALL lifecycle.sync_contact_events()'), ('up.forms', 'CALL lifecycle.reconcile_contact_events()'), ('up.forms', registration(mapping('{}'))),
    ('up.people', 'SELECT lifecycle.use_contacts(''up.people'', ''nr'', ''mail'')'), ('lifecycle.contacts', 'CALL lifecycle.sync_contact_events()')) AS c (relation, command);
ALTER TABLE up.forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE up.people ENABLE ROW LEVEL SECURITY;
SELECT fails_with(hidden, '42501: ' || coalesce(substring(hidden FROM 'CALL lifecycle.(.*)\(\)') || ' of source "forms" failed: ', '') || refusal, hidden || ' where ' || hiding || ' hides rows', :'stranger')
  FROM hidden WHERE hiding <> 'lifecycle.contacts';
ALTER TABLE up.forms DISABLE ROW LEVEL SECURITY;
ALTER TABLE up.people DISABLE ROW LEVEL SECURITY;
ALTER TABLE lifecycle.contacts ENABLE ROW LEVEL SECURITY;
SELECT fails_with(hidden, '42501: sync_contact_events of source "forms" failed: ' || refusal, hidden || ' where ' || hiding || ' hides rows', :'stranger') FROM hidden WHERE hiding = 'lifecycle.contacts';
ALTER TABLE lifecycle.contacts DISABLE ROW LEVEL SECURITY;
SELECT is(state(), :'before', 'which leaves everything as it was, too');
-- Who may read the ledger and no more.
REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lifecycle FROM :stranger;
SELECT fails_with(command, format($$42501: permission denied for %s()
DETAIL: Role "%s" does not own the tables of lifecycle_ledger.
HINT: Call it as the role that called install(), %s.$$, name, :'stranger', current_user), name || ' by a reader', :'stranger')
  FROM (VALUES ('sync_contact_events', 'CALL lifecycle.sync_contact_events()'), ('register_source', registration(mapping('{}'))),
    ('unregister_source', 'SELECT lifecycle.unregister_source(''forms'')'), ('use_contacts', 'SELECT lifecycle.use_contacts(''up.people'', ''nr'', ''mail'')'))
    AS c (name, command);
SELECT fails_with('CALL lifecycle.install()', format($$42501: permission denied for install()
DETAIL: Role "%1$s" may not create tables in schema lifecycle.
HINT: GRANT USAGE, CREATE ON SCHEMA lifecycle TO %1$s;$$, :'stranger'), 'install() by a reader', :'stranger');
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA lifecycle TO :stranger;
SELECT is(error_of('CALL lifecycle.sync_contact_events()', :'stranger'), '', 'who may read source and contacts and write the tables may sync');
DROP OWNED BY :stranger;
DROP ROLE :stranger;

-- The ledger changes under a registration
ALTER TABLE lifecycle.contact_events DETACH PARTITION lifecycle.contact_events_forms;
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events()', format($$42P01: %s_contact_events of source "forms" failed: the partition of source "forms" is gone
DETAIL: The ledger has no partition lifecycle.contact_events_forms: it was dropped, renamed or detached.
HINT: Drop it where it still exists, then register the source again %%$$, procedure), procedure || ' of a source without its partition')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
DROP TABLE lifecycle.contact_events_forms;
SELECT lifecycle.register_source(source_system, relation, mapping) FROM lifecycle.sources \g /dev/null
CALL lifecycle.sync_contact_events();
SELECT is((SELECT count(*) FROM lifecycle.contact_events), 2::bigint, 'registered again it is loaded whole, whatever the change column says');

-- Upstream changes under a registration
SELECT state() AS before \gset
ALTER TABLE up.forms RENAME COLUMN at TO happened;
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events()', format($$42703: %s_contact_events of source "forms" failed: mapping of up.forms: column "at" does not exist
DETAIL: /event_timestamp is "at".
HINT: %%Columns of up.forms: id, mail, happened, score, changed_at, doc. For a constant write {"constant": "at"}.$$, procedure), procedure || ' of a source that has lost a column')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with('SELECT lifecycle.explain_contact(''forms'', ''1'')', '42703: mapping of up.forms: column "at" does not exist%', 'explaining a row of it');
ALTER TABLE up.forms RENAME COLUMN happened TO at;
ALTER TABLE up.forms ALTER COLUMN at DROP DEFAULT, ALTER COLUMN at TYPE integer USING 1;
SELECT fails_with('CALL lifecycle.sync_contact_events()', $$42804: sync_contact_events of source "forms" failed: mapping of up.forms: event_timestamp cannot be taken from a column of type integer
DETAIL: /event_timestamp is "at".
HINT: Map a column of type timestamptz, timestamp, date or text; %$$, 'a column that has another type now');
DROP TABLE up.forms;
SELECT fails_with('CALL lifecycle.' || procedure || '_contact_events()', format($$42P01: %s_contact_events of source "forms" failed: the relation of source "forms" no longer exists
DETAIL: It had OID %%.
HINT: Register the source again with the relation it now has, or SELECT lifecycle.unregister_source(source_system);$$, procedure), procedure || ' of a dropped relation')
  FROM unnest('{sync,rebuild,reconcile}'::text[]) procedure;
SELECT fails_with('CALL lifecycle.rebuild_contact_events(''forms'')', '42P01: rebuild_contact_events of source "forms" failed: the relation of source "forms" no longer exists%', 'a dropped relation, asked for by name');
SELECT is((SELECT format('%s %s %s', procedure, status, sqlstate) FROM lifecycle.pipeline_runs ORDER BY run_id DESC LIMIT 1), 'rebuild_contact_events failed 42P01', '... is on record, too');
SELECT is(state(), :'before', 'whatever happens upstream leaves the ledger as it was');

-- Not installed, not of this version
UPDATE lifecycle.schema_version SET version = '0.0.0';
SELECT fails_with(command, $$55000: the tables of lifecycle_ledger are of another version than the extension
DETAIL: The tables are of version 0.0.0, the extension is %.
HINT: CALL lifecycle.install();$$, command || ' on the tables of another version')
  FROM unnest(ARRAY['CALL lifecycle.sync_contact_events()', 'SELECT * FROM lifecycle.contacts_without(''form'', ''1 day'')']) command;
ALTER TABLE lifecycle.schema_version RENAME TO elsewhere;
SELECT fails_with('CALL lifecycle.sync_contact_events()', $$55000: the tables of lifecycle_ledger are not installed in this database
DETAIL: There is no table lifecycle.schema_version.
HINT: CALL lifecycle.install();$$, 'without install()');

-- A database that is not UTF8
SELECT 'ledger_latin1_' || pg_backend_pid() AS latin1 \gset
CREATE DATABASE :latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C';
SELECT is(error_in(connection_to(:'latin1'), 'CREATE EXTENSION lifecycle_ledger'), format($$0A000: lifecycle_ledger needs a database with encoding UTF8
DETAIL: Database "%s" has encoding LATIN1.
HINT: Create a database with ENCODING 'UTF8' TEMPLATE template0 and create the extension there.$$, :'latin1'), 'a database that is not UTF8');
DROP DATABASE :latin1;
SELECT * FROM finish();
