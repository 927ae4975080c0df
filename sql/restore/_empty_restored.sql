CREATE FUNCTION lifecycle._empty_restored() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  place regclass;
BEGIN
  PERFORM lifecycle._open_append_only('what install() has put there comes with the dump');
  FOR place IN SELECT t.relation FROM pg_temp.lifecycle_restore t WHERE t.kind = 'table' LOOP
    EXECUTE format('DELETE FROM %s', place);
  END LOOP;
  PERFORM lifecycle._close_append_only();
END
$$;
COMMENT ON FUNCTION lifecycle._empty_restored() IS
  'Internal: empties the tables that prepare_restore() waits for. Only below it.';
