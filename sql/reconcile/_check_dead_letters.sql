CREATE FUNCTION lifecycle._check_dead_letters() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  older_than interval := lifecycle._quality_setting('dead_letters', '*', 'older_than');
  cause record;
BEGIN
  FOR cause IN
    SELECT d.stage, coalesce(d.source, '') AS source, count(*) AS letters, count(DISTINCT d.code) AS causes, min(d.first_seen) AS since
    FROM lifecycle.dead_letters d WHERE d.resolved_at IS NULL AND d.first_seen < now() - older_than GROUP BY 1, 2 ORDER BY 1, 2
  LOOP
    PERFORM lifecycle._raise_alert('dead_letters', concat_ws('.', cause.stage, nullif(cause.source, '')), 'warning',
      format('%s dead letters of stage %s%s wait for more than %s', cause.letters, cause.stage, coalesce(', ' || nullif(cause.source, ''), ''), older_than),
      format('They have %s causes; the oldest is of %s.', cause.causes, date_trunc('second', cause.since AT TIME ZONE 'UTC') || ' UTC'), 'SELECT * FROM lifecycle.dead_letter_causes; mend the causes and CALL lifecycle.retry_dead_letters();');
  END LOOP;
  PERFORM lifecycle._resolve_alert(a.kind, a.subject) FROM lifecycle.alerts a
    WHERE a.kind = 'dead_letters' AND a.resolved_at IS NULL
      AND NOT EXISTS (SELECT FROM lifecycle.dead_letters d WHERE d.resolved_at IS NULL AND d.first_seen < now() - older_than AND a.subject = concat_ws('.', d.stage, nullif(d.source, '')));
END
$$;
COMMENT ON FUNCTION lifecycle._check_dead_letters() IS 'Internal: one alert for each stage and source with dead letters that have been open for longer than the setting older_than; resolved when there are none.';
