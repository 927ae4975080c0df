-- What former releases left in a database: install() brings it in line.
\ir ../lib/ledger_test.sql
SELECT plan(9);
CREATE FUNCTION entries(address text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws(' ', h.from_stage, '>', h.to_stage, h.cause), ', ' ORDER BY h.id) FROM lifecycle.user_lifecycle_history h JOIN lifecycle.users u ON u.id = h.user_id WHERE u.email = address
$$;
CREATE FUNCTION first_stage() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(pg_get_triggerdef(oid), '; ') FROM pg_trigger WHERE tgrelid = 'lifecycle.users'::regclass AND tgname = 'first_stage'
$$;
-- The first entry of a user's history was once written at the end of the transaction, user by user.
SELECT first_stage() AS now \gset
CREATE PROCEDURE make_former() LANGUAGE plpgsql AS $$
BEGIN
  DROP TRIGGER first_stage ON lifecycle.users;
  CREATE CONSTRAINT TRIGGER first_stage AFTER INSERT ON lifecycle.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lifecycle._record_first_stage();
END $$;
CALL make_former();
SELECT is((SELECT count(*) FROM pg_constraint WHERE conrelid = 'lifecycle.users'::regclass AND contype = 't'), 1::bigint, 'there is a constraint trigger');
SELECT throws_ok($$INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('x@example.com', 'Acquisition'); SET CONSTRAINTS ALL IMMEDIATE$$, '42P01', NULL, 'which no longer works');
CALL lifecycle.install();
SELECT is((SELECT count(*) FROM pg_constraint WHERE conrelid = 'lifecycle.users'::regclass AND contype = 't'), 0::bigint, 'install() drops it');
SELECT is(first_stage(), :'now', 'the trigger is as in a new database');
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('ann@example.com', 'Acquisition'), ('ben@example.com', 'Activation');
SELECT is(entries('ann@example.com') || '; ' || entries('ben@example.com'), '> Acquisition created; > Activation created', 'users have one entry each');
CALL lifecycle.install();
SELECT is(first_stage(), :'now', 'again: nothing changes');
-- In a database at work: with users, in a transaction that adds one.
CALL make_former();
BEGIN;
CALL lifecycle.install();
INSERT INTO lifecycle.users (email, current_lifecycle_stage) VALUES ('cal@example.com', 'Revenue');
COMMIT;
SELECT is(entries('cal@example.com'), '> Revenue created', 'in the same transaction, too');
SELECT is(entries('ann@example.com'), '> Acquisition created', 'who was there keeps their history');
SELECT is((SELECT string_agg(tgname, ' ' ORDER BY tgname) FROM pg_trigger WHERE tgrelid = 'lifecycle.users'::regclass AND NOT tgisinternal),
  'changed_xid direct_move external_id first_stage stale_metric_days stale_metric_days_gone', 'and nothing else is left or missing');
SELECT * FROM finish();
