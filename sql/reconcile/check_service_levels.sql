CREATE PROCEDURE lifecycle.check_service_levels()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  pair record;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_writable('check_service_levels');
  FOR pair IN SELECT e.* FROM lifecycle._export_datasets() e WHERE e.enabled AND lifecycle._checks('lag', e.dataset) ORDER BY e.dataset, e.destination LOOP
    PERFORM lifecycle._check_lag(NULL, pair.destination, pair.dataset);
  END LOOP;
  IF lifecycle._checks('dead_letters', '*') THEN
    PERFORM lifecycle._check_dead_letters();
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle.check_service_levels() IS
  'Raises and resolves alerts that cannot wait for the daily reconcile(): a destination that is further behind than the contract''s latency allows (lag), and dead letters that nobody looks after (dead_letters). Cheap where sources have changed_xid or an indexed change column.';
