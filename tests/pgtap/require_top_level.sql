-- _require_top_level(): in which surroundings a procedure that commits may start. No BEGIN around the file: it is about COMMIT.
\set ON_ERROR_STOP 1
\set QUIET 1
\set VERBOSITY sqlstate
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(22);

CREATE TABLE steps (step text);
CREATE PROCEDURE stepper() LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lifecycle._require_top_level('stepper');
  INSERT INTO steps VALUES ('one');
  COMMIT;
  INSERT INTO steps VALUES ('two');
  COMMIT;
END $$;
CREATE PROCEDURE outer_procedure() LANGUAGE plpgsql AS $$ BEGIN CALL stepper(); END $$;
CREATE PROCEDURE outer_with_set() LANGUAGE plpgsql SET search_path = public AS $$ BEGIN CALL stepper(); END $$;
CREATE FUNCTION outer_function() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CALL stepper(); END $$;
-- What a statement that calls stepper() raises, as "sqlstate | message | detail | hint".
CREATE FUNCTION refusal() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text; message text; detail text; hint text;
BEGIN
  CALL stepper();
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', state, message, detail, hint);
END $$;

CALL stepper();
SELECT is((SELECT array_agg(step) FROM steps), '{one,two}', 'a CALL of its own runs and commits');
DO $$ BEGIN CALL stepper(); END $$;
SELECT is((SELECT count(*) FROM steps), 4::bigint, 'a CALL from a DO block runs');
CALL outer_procedure();
SELECT is((SELECT count(*) FROM steps), 6::bigint, 'a CALL from another procedure runs');
DO $$ BEGIN CALL outer_procedure(); COMMIT; CALL stepper(); END $$;
SELECT is((SELECT count(*) FROM steps), 10::bigint, 'a CALL two levels down, and one after a COMMIT, run');
TRUNCATE steps;

\set ON_ERROR_STOP 0
BEGIN;
CALL stepper();
\set state :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT is(:'state'::text, '25001', 'inside BEGIN it is refused');

BEGIN;
SAVEPOINT s;
CALL stepper();
\set state :LAST_ERROR_SQLSTATE
ROLLBACK TO s;
INSERT INTO steps VALUES ('after the savepoint');
COMMIT;
SELECT is(:'state'::text, '25001', 'below a savepoint it is refused');
SELECT is((SELECT array_agg(step) FROM steps), '{after the savepoint}', '... and the transaction goes on');
TRUNCATE steps;

\set AUTOCOMMIT off
CALL stepper();
\set state :LAST_ERROR_SQLSTATE
ROLLBACK;
\set AUTOCOMMIT on
SELECT is(:'state'::text, '25001', 'with AUTOCOMMIT off it is refused');

CALL stepper() \; CALL stepper();
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'the first of two statements sent as one is refused');
SELECT is((SELECT count(*) FROM steps), 0::bigint, '... and does nothing');
INSERT INTO steps VALUES ('before') \; CALL stepper();
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'the second of two is refused');
CALL stepper() \; INSERT INTO steps VALUES ('after');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'a CALL followed by another statement is refused');

CALL outer_with_set();
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'from a procedure with a SET clause it is refused');
SELECT outer_function();
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'from a function it is refused');
DO $$ BEGIN PERFORM outer_function(); END $$;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'from a function below a DO block it is refused');
DO $$ BEGIN CALL stepper(); EXCEPTION WHEN division_by_zero THEN NULL; END $$;
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'inside an EXCEPTION block it is refused');
SELECT lifecycle._require_top_level('nothing');
SELECT is(:'LAST_ERROR_SQLSTATE'::text, '25001', 'called on its own it is refused: there is no procedure that could commit');
\set ON_ERROR_STOP 1

SELECT is((SELECT count(*) FROM steps), 0::bigint, 'no refused call has done anything');
CALL stepper();
SELECT is((SELECT count(*) FROM steps), 2::bigint, 'after all refusals a plain CALL runs');

SELECT matches(refusal(), '^25001 \| CALL lifecycle\.stepper\(\) must run outside a transaction block \|', 'the message names the procedure');
SELECT matches(refusal(), '\| [A-Z][^|]*EXCEPTION[^|]*\. \|', 'the detail says what stands in the way');
SELECT matches(refusal(), 'Send the CALL as a statement of its own[^|]*\.$', 'the hint says what to do');
SELECT * FROM finish();
