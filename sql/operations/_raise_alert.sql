CREATE FUNCTION lifecycle._raise_alert(kind text, subject text, severity text, message text, detail text DEFAULT NULL, hint text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  is_new boolean;
BEGIN
  INSERT INTO lifecycle.alerts AS a (kind, subject, severity, message, detail, hint) VALUES (kind, subject, severity, message, detail, hint)
  ON CONFLICT (kind, subject) WHERE resolved_at IS NULL
    DO UPDATE SET severity = excluded.severity, message = excluded.message, detail = excluded.detail, hint = excluded.hint, times = a.times + 1, last_raised_at = now()
  RETURNING a.times = 1 INTO is_new;
  IF is_new THEN
    PERFORM pg_notify('lifecycle_alerts', json_build_object('kind', kind, 'subject', subject, 'severity', severity, 'message', left(message, 1000))::text);
    RAISE WARNING '%', message USING DETAIL = coalesce(detail, ''), HINT = coalesce(hint, '');
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._raise_alert(text, text, text, text, text, text) IS
  'Internal: opens an alert, with a WARNING and a NOTIFY on channel lifecycle_alerts, or counts it where it is open already.';
