CREATE FUNCTION lifecycle._resolve_alert(kind text, subject text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE lifecycle.alerts a SET resolved_at = now()
    WHERE a.kind = _resolve_alert.kind AND a.subject = _resolve_alert.subject AND a.resolved_at IS NULL;
  RETURN FOUND;
END
$$;
COMMENT ON FUNCTION lifecycle._resolve_alert(text, text) IS 'Internal: marks an alert as mended; whether one was open.';
