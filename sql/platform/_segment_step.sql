CREATE FUNCTION lifecycle._segment_step(run bigint, segments uuid[], user_ids uuid[], segment_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  segments_of CONSTANT text := 'SELECT g.id, g.name, g.rule, g.time_use, g.valid_for, g.lifecycle_stages,'
    ' coalesce(cardinality(g.lifecycle_stages), 0) = 0 AS any_stage, row_number() OVER (ORDER BY g.id)::integer AS place'
    ' FROM lifecycle.user_segments g WHERE g.id = ANY ($1)';
  verdict CONSTANT text := 'u.id AS user_id, u.stage, g.id AS segment_id, g.name AS segment_name, g.valid_for, a.is_allowed AND %s AS is_member,'
    ' CASE WHEN a.is_allowed AND g.time_use = ''foreseen'' THEN lifecycle._next_change(g.rule, u.user_document) END AS next_change';
  allowed CONSTANT text := 'CROSS JOIN LATERAL (SELECT g.any_stage OR u.stage = ANY (g.lifecycle_stages) AS is_allowed) a';
  judged text;
  scope text;
  done record;
BEGIN
  IF segment_ids IS NULL THEN
    judged := format($sql$
      WITH segments AS MATERIALIZED (%1$s), users AS MATERIALIZED (
        SELECT d.*, lifecycle._judge((SELECT array_agg(g.rule ORDER BY g.place) FROM segments g), d.user_document, NULL) AS verdicts
        FROM (SELECT u.id, u.current_lifecycle_stage AS stage, %2$s AS user_document
          FROM unnest($2) c (user_id) JOIN lifecycle.users u ON u.id = c.user_id OFFSET 0) d
      )
      SELECT %3$s FROM users u CROSS JOIN segments g %4$s$sql$,
      segments_of, lifecycle._user_document('u'), format(verdict, 'u.verdicts[g.place]'), allowed);
    scope := 'unnest($2) c (user_id) CROSS JOIN LATERAL (SELECT * FROM %2$s p WHERE p.user_id = c.user_id AND p.segment_id = ANY ($1) OFFSET 0) p';
  ELSE
    judged := format($sql$
      WITH segments AS MATERIALIZED (%1$s), users AS MATERIALIZED (
        SELECT u.id, u.current_lifecycle_stage AS stage, %2$s AS user_document, c.segment_id
        FROM unnest($2, $3) c (user_id, segment_id) JOIN lifecycle.users u ON u.id = c.user_id OFFSET 0
      )
      SELECT %3$s FROM users u JOIN segments g ON g.id = u.segment_id %4$s$sql$,
      segments_of, lifecycle._user_document('u'), format(verdict, 'lifecycle.matches(g.rule, u.user_document, NULL)'), allowed);
    scope := 'unnest($2, $3) c (user_id, segment_id) CROSS JOIN LATERAL (SELECT * FROM %2$s p WHERE p.user_id = c.user_id AND p.segment_id = c.segment_id OFFSET 0) p';
  END IF;
  -- EXECUTE: planned for the users at hand, one or a hundred thousand. What they have is looked up user by user, whatever the planner
  -- makes of it: it has no notion of how few they are beside all members.
  EXECUTE lifecycle._apply_memberships(judged, 'SELECT %1$s FROM ' || scope,
      CASE WHEN segment_ids IS NULL THEN '''user_changed''' ELSE '''time_passed''' END)
    INTO done USING segments, user_ids, segment_ids;
  PERFORM lifecycle._count_rows(run, done.rows_in, done.entered + done.extended + done.gone, done.rows_in - done.entered - done.extended - done.gone,
    0, 0, 0, done.gone);
END
$$;
COMMENT ON FUNCTION lifecycle._segment_step(bigint, uuid[], uuid[], uuid[]) IS
  'Internal: judges users by segments and brings their memberships in line: every user by every one of segments where segment_ids is null; else each user by the segment at the same place of segment_ids.';
