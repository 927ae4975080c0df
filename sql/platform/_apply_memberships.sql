CREATE FUNCTION lifecycle._apply_memberships(judged text, scope text, cause text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($sql$
    WITH judged AS MATERIALIZED (%1$s), members AS MATERIALIZED (
      %2$s
    ), awaited AS MATERIALIZED (
      %3$s
    ), compared AS MATERIALIZED (
      SELECT j.*, m.user_id IS NOT NULL AS was_member, m.valid_until AS old_until, a.due_at AS old_due,
        CASE WHEN j.is_member THEN least(j.next_change, now() + j.valid_for) END AS valid_until,
        CASE WHEN NOT j.is_member THEN j.next_change END AS due_at
      FROM judged j
        LEFT JOIN members m ON m.user_id = j.user_id AND m.segment_id = j.segment_id
        LEFT JOIN awaited a ON a.user_id = j.user_id AND a.segment_id = j.segment_id
    ), entered AS (
      INSERT INTO lifecycle.user_segment_memberships (user_id, segment_id, evaluated_at, valid_until)
      SELECT c.user_id, c.segment_id, now(), c.valid_until FROM compared c WHERE c.is_member AND NOT c.was_member RETURNING 1
    ), extended AS (
      UPDATE lifecycle.user_segment_memberships m SET evaluated_at = now(), valid_until = c.valid_until FROM compared c
      WHERE m.user_id = c.user_id AND m.segment_id = c.segment_id AND c.is_member AND c.was_member AND c.valid_until IS DISTINCT FROM c.old_until
      RETURNING 1
    ), gone AS (
      DELETE FROM lifecycle.user_segment_memberships m USING compared c
      WHERE m.user_id = c.user_id AND m.segment_id = c.segment_id AND NOT c.is_member AND c.was_member RETURNING 1
    ), expected AS (
      INSERT INTO lifecycle.user_segment_rechecks AS r (user_id, segment_id, due_at)
      SELECT c.user_id, c.segment_id, c.due_at FROM compared c WHERE c.due_at IS DISTINCT FROM c.old_due AND c.due_at IS NOT NULL
      ON CONFLICT (user_id, segment_id) DO UPDATE SET due_at = excluded.due_at
    ), not_expected AS (
      DELETE FROM lifecycle.user_segment_rechecks r USING compared c
      WHERE r.user_id = c.user_id AND r.segment_id = c.segment_id AND c.due_at IS NULL AND c.old_due IS NOT NULL
    ), events AS (
      INSERT INTO lifecycle.lifecycle_events (event_type, user_id, lifecycle_stage, event_data)
      SELECT CASE WHEN c.is_member THEN 'segment_entered' ELSE 'segment_left' END, c.user_id, c.stage,
        lifecycle._segment_event(c.segment_id, c.segment_name, %4$s, c.valid_until)
      FROM compared c WHERE c.is_member <> c.was_member
    )
    SELECT (SELECT count(*) FROM judged) AS rows_in, (SELECT count(*) FROM entered) AS entered, (SELECT count(*) FROM extended) AS extended,
      (SELECT count(*) FROM gone) AS gone$sql$, judged,
    format(scope, 'p.user_id, p.segment_id, p.valid_until', 'lifecycle.user_segment_memberships'),
    format(scope, 'p.user_id, p.segment_id, p.due_at', 'lifecycle.user_segment_rechecks'), cause)
$$;
COMMENT ON FUNCTION lifecycle._apply_memberships(text, text, text) IS
'Internal: a statement, as SQL text, that brings memberships, rechecks and lifecycle events in line with what was judged, and writes nothing else. judged: a query of user_id, stage, segment_id, segment_name, valid_for, is_member, next_change. scope: a query for columns %1$s of those rows p of the table %2$s that may differ. cause: an expression over a row c of judged.';
