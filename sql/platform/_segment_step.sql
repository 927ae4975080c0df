CREATE FUNCTION lifecycle._segment_step(run bigint, segments uuid[], user_ids uuid[], segment_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  done record;
BEGIN
  -- EXECUTE: planned for the users at hand, one or a hundred thousand.
  EXECUTE lifecycle._apply_memberships(format($sql$
    WITH users AS MATERIALIZED (
      SELECT u.id, u.current_lifecycle_stage AS stage, %1$s AS user_document%2$s
      FROM %3$s JOIN lifecycle.users u ON u.id = c.user_id OFFSET 0
    ), segments AS MATERIALIZED (
      SELECT g.id, g.name, g.rule, g.time_use, g.valid_for, g.lifecycle_stages, coalesce(cardinality(g.lifecycle_stages), 0) = 0 AS any_stage
      FROM lifecycle.user_segments g WHERE g.id = ANY ($1)
    )
    SELECT u.id AS user_id, u.stage, g.id AS segment_id, g.name AS segment_name, g.valid_for, a.is_allowed AND lifecycle.matches(g.rule, u.user_document, NULL) AS is_member,
      CASE WHEN a.is_allowed AND g.time_use = 'foreseen' THEN lifecycle._next_change(g.rule, u.user_document) END AS next_change
    FROM users u %4$s CROSS JOIN LATERAL (SELECT g.any_stage OR u.stage = ANY (g.lifecycle_stages) AS is_allowed) a$sql$,
      lifecycle._user_document('u'),
      CASE WHEN segment_ids IS NULL THEN '' ELSE ', c.segment_id' END,
      CASE WHEN segment_ids IS NULL THEN 'unnest($2) c (user_id)' ELSE 'unnest($2, $3) c (user_id, segment_id)' END,
      CASE WHEN segment_ids IS NULL THEN 'CROSS JOIN segments g' ELSE 'JOIN segments g ON g.id = u.segment_id' END),
      CASE WHEN segment_ids IS NULL THEN '''user_changed''' ELSE '''time_passed''' END)
    INTO done USING segments, user_ids, segment_ids;
  PERFORM lifecycle._count_rows(run, done.rows_in, done.entered + done.extended + done.gone, done.rows_in - done.entered - done.extended - done.gone,
    0, 0, 0, done.gone);
END
$$;
COMMENT ON FUNCTION lifecycle._segment_step(bigint, uuid[], uuid[], uuid[]) IS
  'Internal: judges users by segments and brings their memberships in line: every user by every one of segments where segment_ids is null; else each user by the segment at the same place of segment_ids.';
