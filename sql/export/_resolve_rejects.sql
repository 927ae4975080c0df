CREATE FUNCTION lifecycle._resolve_rejects(dataset text, keys text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  resolved bigint := 0;
BEGIN
  IF EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = _resolve_rejects.dataset) THEN
    EXECUTE format('UPDATE lifecycle.dead_letters l SET resolved_at = now(), last_seen = now() FROM (%s) b(key)'
        ' WHERE l.resolved_at IS NULL AND l.stage = ''export'' AND l.source = $1 AND l.key = b.key', keys) USING dataset;
    GET DIAGNOSTICS resolved = ROW_COUNT;
  END IF;
  RETURN resolved;
END
$$;
COMMENT ON FUNCTION lifecycle._resolve_rejects(text, text) IS 'Internal: resolves the dead letters of stage export whose rows keep the contract now and have been sent. keys: a query for the keys of those.';
