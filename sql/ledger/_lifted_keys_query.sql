CREATE FUNCTION lifecycle._lifted_keys_query(source_system text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A finding tells the type or the settings that it was made under; where it would read otherwise today, its row is tried again.
  SELECT format($sql$
    SELECT i.source_record_id FROM lifecycle.issues i
      WHERE i.source_system = %L AND i.resolved_at IS NULL AND i.source_record_id IS NOT NULL
        AND i.code IN ('unknown_event_type', 'payload_over_limit')
        AND CASE i.code
          WHEN 'payload_over_limit' THEN i.detail <> lifecycle._finding_detail(i.code, NULL, NULL, NULL, NULL, NULL, NULL)
          ELSE i.detail IN (SELECT lifecycle._finding_detail('unknown_event_type', NULL, NULL, NULL, t.event_type, NULL, NULL) FROM lifecycle.event_types t)
        END
    $sql$, source_system)
$$;
COMMENT ON FUNCTION lifecycle._lifted_keys_query(text) IS
  'Internal: SQL for the record ids of a source whose rows are held for a rule that has changed since: an event type now allowed, a size setting now another.';
