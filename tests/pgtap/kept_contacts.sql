-- The contacts from one transaction of a procedure to the next: read again exactly when they may have changed.
\set ON_ERROR_STOP 1
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS dblink;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
SELECT no_plan();

INSERT INTO lifecycle.contacts (contact_id, email) SELECT 'c' || i, 'p' || i || '@x' FROM generate_series(1, 200) i;
CREATE TABLE heard (step text, said text, expected text, reads bigint);
CREATE TABLE unrelated (i integer);
-- What the functions say of these addresses, beside what the table says; and how often this transaction has read the table.
CREATE FUNCTION hear(step text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  said text;
  expected text;
  before bigint := pg_stat_get_xact_numscans('lifecycle.contacts'::regclass);
  reads bigint;
BEGIN
  SELECT string_agg(coalesce(lifecycle.resolved_contact_id(NULL, a), '-'), ' ' ORDER BY a) INTO said
    FROM unnest(ARRAY['p1@x', 'p2@x', 'new@x', 'newer@x']) a;
  reads := pg_stat_get_xact_numscans('lifecycle.contacts'::regclass) - before;
  SELECT string_agg(coalesce((SELECT CASE WHEN count(*) = 1 THEN min(contact_id) END FROM lifecycle.contacts c WHERE lower(c.email) = a), '-'), ' ' ORDER BY a)
    INTO expected FROM unnest(ARRAY['p1@x', 'p2@x', 'new@x', 'newer@x']) a;
  INSERT INTO heard VALUES (step, said, expected, reads);
END
$$;
CREATE FUNCTION elsewhere(statement text) RETURNS void LANGUAGE sql AS $$ SELECT dblink_exec('other', statement) $$;

CREATE PROCEDURE visit() LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hear('first');
  PERFORM hear('the same transaction');
  COMMIT;
  PERFORM hear('nothing happened');
  COMMIT;
  INSERT INTO unrelated VALUES (1);
  COMMIT;
  INSERT INTO unrelated VALUES (2);
  PERFORM hear('own writes elsewhere');
  BEGIN
    INSERT INTO unrelated VALUES (3);
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  BEGIN
    INSERT INTO unrelated VALUES (4);
    RAISE division_by_zero;
  EXCEPTION WHEN division_by_zero THEN NULL;
  END;
  COMMIT;
  PERFORM hear('own subtransactions');
  COMMIT;
  INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('n1', 'new@x');
  PERFORM hear('own contact, before the commit');
  COMMIT;
  PERFORM hear('own contact');
  COMMIT;
  PERFORM hear('quiet again');
  DELETE FROM lifecycle.contacts WHERE contact_id = 'n1';
  COMMIT;
  PERFORM hear('own contact gone, deleted after the look');
  COMMIT;
  BEGIN
    INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('n2', 'new@x');
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  COMMIT;
  PERFORM hear('own contact of a subtransaction, not looked at before');
  ROLLBACK;
  PERFORM hear('after a rollback');
  COMMIT;

  PERFORM dblink_connect('other', format('host=%s port=%s dbname=%s user=%s',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user));
  PERFORM elsewhere($s$INSERT INTO lifecycle.contacts (contact_id, email) VALUES ('n3', 'newer@x')$s$);
  COMMIT;
  PERFORM hear('a contact of somebody else');
  COMMIT;
  PERFORM elsewhere('BEGIN; INSERT INTO unrelated VALUES (9)');
  PERFORM elsewhere($s$UPDATE lifecycle.contacts SET contact_id = 'm1' WHERE contact_id = 'c1'$s$);
  PERFORM hear('somebody is at it');
  COMMIT;
  PERFORM hear('somebody still is');
  COMMIT;
  PERFORM elsewhere('COMMIT');
  PERFORM hear('somebody is done, who was running before');
  COMMIT;
  PERFORM elsewhere($s$BEGIN; SAVEPOINT s; UPDATE lifecycle.contacts SET contact_id = 'm2' WHERE contact_id = 'c2'; RELEASE s$s$);
  PERFORM hear('a subtransaction of somebody is at it');
  COMMIT;
  PERFORM elsewhere('COMMIT');
  PERFORM hear('and done');
  COMMIT;
  PERFORM elsewhere('BEGIN; DELETE FROM lifecycle.contacts; ROLLBACK');
  PERFORM hear('somebody thought better of it');
  COMMIT;
  PERFORM elsewhere('TRUNCATE lifecycle.contacts');
  PERFORM hear('somebody emptied the table');
  COMMIT;
  PERFORM elsewhere($s$CREATE TABLE mine (k text, m text); INSERT INTO mine VALUES ('k1', 'p1@x')$s$);
  PERFORM lifecycle.use_contacts('public.mine', 'k', 'm');
  COMMIT;
  INSERT INTO heard SELECT 'another relation', lifecycle.resolved_contact_id(NULL, 'p1@x'), 'k1';
  COMMIT;
  PERFORM elsewhere($s$DO 'BEGIN PERFORM lifecycle.use_contacts(''lifecycle.contacts''); END'$s$);
  INSERT INTO heard SELECT 'and back, by somebody else', coalesce(lifecycle.resolved_contact_id(NULL, 'p1@x'), '-'), '-';
  COMMIT;
  PERFORM dblink_disconnect('other');
END
$$;
CALL visit();
SELECT is(said, expected, step) FROM heard;

-- Others may commit at any time on this server, and then the contacts are read again: it is tried until none does.
CREATE PROCEDURE keep() LANGUAGE plpgsql AS $$
BEGIN
  FOR attempt IN 1 .. 1000 LOOP
    PERFORM hear('unchanged');
    INSERT INTO unrelated VALUES (attempt);
    COMMIT;
    EXIT WHEN (SELECT bool_or(reads = 0) FROM heard WHERE step = 'unchanged');
  END LOOP;
END
$$;
CALL keep();
SELECT ok(bool_or(reads = 0), 'not read again where nothing but own transactions came in between') FROM heard WHERE step = 'unchanged';
SELECT is(count(*) FILTER (WHERE said <> expected), 0::bigint, 'and right all the same') FROM heard WHERE step = 'unchanged';
SELECT is(lifecycle.resolved_contact_id(NULL, 'p1@x'), NULL, 'and by the next statement');
SELECT * FROM finish();
