CREATE FUNCTION lifecycle._is_as_archived(archive_id bigint, source regclass) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  a record;
  now_xid numeric := pg_current_xact_id()::text::numeric;
  same boolean;
  checksum text;
BEGIN
  SELECT * INTO STRICT a FROM lifecycle.archives r WHERE r.archive_id = _is_as_archived.archive_id;
  -- As many rows as then, and every one older than the oldest transaction that was running then: the same rows, without reading them.
  -- age() of a frozen row is the largest; a number from another round of the counter only sends us to the checksum.
  IF a.system_identifier = (SELECT s.system_identifier FROM pg_control_system() s) THEN
    EXECUTE format('SELECT count(*) = $1 AND coalesce(min(age(t.xmin)) > $2, true) FROM %s t', source)
      INTO same USING a.rows, now_xid - pg_snapshot_xmin(a.snapshot)::text::numeric;
    IF same THEN
      RETURN true;
    END IF;
  END IF;
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (%s) r', lifecycle._archive_query(source, a.columns)) INTO checksum;
  RETURN checksum = a.checksum;
END
$$;
COMMENT ON FUNCTION lifecycle._is_as_archived(bigint, regclass) IS
  'Internal: whether a table still has exactly the rows that were archived. The caller holds a lock that keeps writers out.';
