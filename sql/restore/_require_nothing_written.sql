CREATE FUNCTION lifecycle._require_nothing_written() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most constant integer := 10000; -- what is installed has fewer rows in any table
  place regclass;
  has_rows boolean;
BEGIN
  -- Asked before anything is locked or emptied: this may be a database at work, in which it was called by mistake.
  FOR place IN SELECT t.relation FROM pg_temp.lifecycle_restore t WHERE t.kind = 'table' ORDER BY t.relation::text LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s OFFSET %s LIMIT 1)', place, CASE place WHEN 'lifecycle.pipeline_runs'::regclass THEN 0 ELSE most END) INTO has_rows;
    IF has_rows THEN
      RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = 'this database is in use: nothing can be restored into it',
        DETAIL = CASE place WHEN 'lifecycle.pipeline_runs'::regclass THEN 'Procedures have run here: lifecycle.pipeline_runs has rows.' ELSE format('%s has more than %s rows.', place, most) END,
        HINT = 'Restore into a database in which nothing was called but CREATE EXTENSION lifecycle_ledger, install(), install_warehouse() and install_operational_tables().';
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._require_nothing_written() IS
  'Internal: raises 55000 where a database that prepare_restore() was called in is plainly one at work.';
