-- What reconcile() puts in the place of other rows is held against what was sent, before it is committed: a trigger or rule there that makes
-- something else of it is an error, recorded, and nothing was replaced.
\ir ../lib/reconcile_fixture.sql
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS dblink;
SELECT no_plan();
CALL make_runs(1, 200);
CALL make_companies(1, 200);
SELECT lifecycle.register_destination('hq', 'schema', 'hq') \g /dev/null
CALL lifecycle.export();
CREATE FUNCTION error_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dblink_exec(format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user), command);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE PROCEDURE tamper() LANGUAGE plpgsql AS $$
BEGIN
  CALL open_guards();
  UPDATE hq.dx_operation_runs_v1 SET error_message = 'tampered' WHERE run_id IN (id(3), id(4));
  UPDATE hq.dx_company_entities_v1 SET canonical_name = 'tampered' WHERE entity_id IN (id(3), id(4));
  UPDATE hq.dx_entity_snapshots_v1 SET source_run_id = id(1) WHERE entity_id IN (id(3), id(4));
  CALL close_guards();
END $$;
CREATE FUNCTION left_over() RETURNS text LANGUAGE sql AS $$
  SELECT format('%s %s %s, %s kept', (SELECT count(*) FROM hq.dx_operation_runs_v1 WHERE error_message = 'tampered'), (SELECT count(*) FROM hq.dx_company_entities_v1 WHERE canonical_name = 'tampered'),
    (SELECT count(*) FROM hq.dx_entity_snapshots_v1 WHERE source_run_id = id(1)), (SELECT count(*) FROM lifecycle.overwritten_rows))
$$;
CALL tamper();
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME LIKE 'dx_operation_runs%' THEN NEW.cost_usd := -1; ELSIF TG_TABLE_NAME = 'dx_company_entities_v1' THEN NEW.industry := 'none'; ELSE NEW.captured_at := '2000-01-01'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER meddle BEFORE INSERT ON hq.dx_operation_runs_v1 FOR EACH ROW EXECUTE FUNCTION meddle();
CREATE TRIGGER meddle BEFORE INSERT ON hq.dx_company_entities_v1 FOR EACH ROW EXECUTE FUNCTION meddle();
CREATE TRIGGER meddle BEFORE INSERT ON hq.dx_entity_snapshots_v1 FOR EACH ROW EXECUTE FUNCTION meddle();
SELECT alike(error_of(format('CALL lifecycle.reconcile(%L)', d)), 'XX001 %' || d || '"%does not hold the rows that were written to it', 'rows that a trigger alters: ' || d)
  FROM unnest('{dx_operation_runs_v1,dx_company_entities_v1,dx_entity_snapshots_v1}'::text[]) d;
SELECT is(left_over(), '2 2 2, 0 kept', 'nothing was replaced');
SELECT is((SELECT string_agg(DISTINCT verdict || ' ' || (detail LIKE '%does not hold%'), ', ') FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL), 'failed true', 'it is recorded');
SELECT is((SELECT count(*) FROM lifecycle.export_batches WHERE reason = 'reconcile'), 0::bigint, '... and no batch was');
DROP TRIGGER meddle ON hq.dx_operation_runs_v1;
DROP TRIGGER meddle ON hq.dx_company_entities_v1;
DROP TRIGGER meddle ON hq.dx_entity_snapshots_v1;

-- A DELETE that does nothing: the row that is there would stand for the one that was sent.
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON hq.dx_company_entities_v1 FOR EACH ROW EXECUTE FUNCTION keep();
SELECT alike(error_of($$CALL lifecycle.reconcile('dx_company_entities_v1')$$), 'XX001 %does not hold the rows that were written to it', 'rows that a trigger keeps');
CREATE RULE nothing AS ON INSERT TO hq.dx_entity_snapshots_v1 DO INSTEAD NOTHING;
SELECT isnt(error_of($$CALL lifecycle.reconcile('dx_entity_snapshots_v1')$$), 'none', 'rows that a rule drops');
SELECT is(left_over(), '2 2 2, 0 kept', 'nothing was replaced');
DROP TRIGGER keep ON hq.dx_company_entities_v1;
DROP RULE nothing ON hq.dx_entity_snapshots_v1;

-- One that leaves rows as they are is no trouble
CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER leave BEFORE INSERT OR UPDATE ON hq.dx_company_entities_v1 FOR EACH ROW EXECUTE FUNCTION leave();
CALL lifecycle.reconcile();
SELECT is(left_over(), '0 0 0, 4 kept', 'mended, the next one replaces them');
SELECT is((SELECT string_agg(DISTINCT verdict, ', ') FROM (SELECT DISTINCT ON (dataset) verdict FROM lifecycle.reconciliations WHERE check_name = 'parity' AND org IS NULL ORDER BY dataset, reconciliation_id DESC) l), 'mended', '... all of them');
SELECT is((SELECT count(*) FROM lifecycle.export_batches WHERE reason = 'reconcile' AND status = 'delivered'), 3::bigint, '... recorded as batches');
SELECT * FROM finish();
