CREATE FUNCTION lifecycle._stage_history(run bigint, organization_id bigint, OUT rows_in bigint, OUT held bigint, OUT other_types text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
  contract_version text := (SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = 'lifecycle_event_history');
  counts record;
BEGIN
  PERFORM lifecycle._drop_staged_history();
  -- All sources are read once, whatever the number of organizations. Of what stays out only the counts are of interest.
  EXECUTE format($sql$
    CREATE TEMPORARY TABLE lifecycle_history_rows AS
    SELECT CASE WHEN r.reject_code IS NOT NULL THEN 'dead' WHEN NOT r.is_listed THEN 'held' WHEN r.place = 1 THEN 'written' ELSE 'repeat' END AS fate,
      r.organization_id, r.event_type, r.event_id, r.account_id, r.event_date, r.event_source, CASE WHEN r.is_listed THEN r.event_context END AS event_context, r.is_own_id,
      r.reject_code, r.reject_sqlstate, r.json_pointer, r.detail, r.reject_key, r.body
    FROM (%s) r
    $sql$, lifecycle._event_history_rows_query(_stage_history.organization_id));
  CREATE INDEX ON pg_temp.lifecycle_history_rows (organization_id) WHERE fate = 'written';
  ANALYZE pg_temp.lifecycle_history_rows;

  -- The same event again is the same; another one under its id is not.
  UPDATE pg_temp.lifecycle_history_rows r SET
      fate = CASE WHEN r.is_own_id AND (r.account_id, r.event_type, r.event_date, r.event_source, r.event_context)
        IS DISTINCT FROM (w.account_id, w.event_type, w.event_date, w.event_source, w.event_context) THEN 'dead' ELSE 'superseded' END,
      reject_code = 'key_reused', reject_sqlstate = '23505', json_pointer = '', reject_key = r.event_id::text,
      detail = format('Another event of organization %s has event_id %s: %s of account %s on %s.', r.organization_id, r.event_id, w.event_type, w.account_id, w.event_date),
      body = jsonb_build_object('event_id', r.event_id, 'account_id', r.account_id, 'organization_id', r.organization_id, 'event_type', r.event_type,
        'event_date', r.event_date, 'event_source', r.event_source, 'event_context', r.event_context)
    FROM pg_temp.lifecycle_history_rows w
    WHERE r.fate = 'repeat' AND w.fate = 'written' AND w.organization_id = r.organization_id AND w.event_id = r.event_id;

  -- Told once while it is open, however often it is found.
  INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version)
    SELECT DISTINCT 'export', 'lifecycle_event_history', r.reject_key, r.reject_sqlstate, r.reject_code, r.json_pointer, r.detail, r.body::text, contract_version
    FROM pg_temp.lifecycle_history_rows r
    WHERE r.fate = 'dead' AND NOT EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export'
      AND l.source = 'lifecycle_event_history' AND l.code = r.reject_code AND l.key IS NOT DISTINCT FROM r.reject_key AND l.body = r.body::text);
  -- Every row was looked at: one that is not found any more was mended or is gone.
  IF _stage_history.organization_id IS NULL THEN
    UPDATE lifecycle.dead_letters l SET resolved_at = now()
      WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = 'lifecycle_event_history'
        AND NOT EXISTS (SELECT FROM pg_temp.lifecycle_history_rows r WHERE r.fate = 'dead' AND l.code = r.reject_code AND l.key IS NOT DISTINCT FROM r.reject_key AND l.body = r.body::text);
  END IF;

  SELECT count(*) AS total, count(*) FILTER (WHERE fate = 'superseded') AS superseded, count(*) FILTER (WHERE fate = 'dead') AS dead, count(*) FILTER (WHERE fate = 'held') AS held INTO counts
    FROM pg_temp.lifecycle_history_rows;
  PERFORM lifecycle._count_rows(run, counts.superseded + counts.dead + counts.held, 0, 0, counts.superseded, counts.dead, counts.held, 0);
  rows_in := counts.total;
  held := counts.held;
  SELECT string_agg(CASE WHEN t.place <= 5 THEN format('%s %s', t.event_type, t.rows) ELSE format('and %s more', t.types - 5) END, ', ' ORDER BY t.place) INTO other_types
    FROM (SELECT event_type, count(*) AS rows, row_number() OVER (ORDER BY count(*) DESC, event_type) AS place, count(*) OVER () AS types
          FROM pg_temp.lifecycle_history_rows WHERE fate = 'held' GROUP BY event_type) t WHERE t.place <= 6;
END
$$;
COMMENT ON FUNCTION lifecycle._stage_history(bigint, bigint) IS
  'Internal: reads the sources of lifecycle_event_history once into pg_temp.lifecycle_history_rows, which outlives the transaction, and decides on each row: written; held, of a type that is not listed; superseded, the same event again; dead, which becomes a dead letter of stage export. Counts all but those to be written. other_types: the five commonest types that stay out, with their rows.';
