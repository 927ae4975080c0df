CREATE FUNCTION lifecycle._drop_staged_rows() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY '{lifecycle_batch,lifecycle_rejects,lifecycle_sent,lifecycle_keys}'::text[] LOOP
    IF to_regclass('pg_temp.' || name) IS NOT NULL THEN
      EXECUTE format('DROP TABLE pg_temp.%I CASCADE', name);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._drop_staged_rows() IS 'Internal: drops what _stage_rows() or _stream_rows() made, where one transaction sends several times.';
