CREATE FUNCTION lifecycle._segments_to_judge(OUT whole uuid[], OUT by_user uuid[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH segments AS MATERIALIZED (
    SELECT g.id, g.name, t.definition IS DISTINCT FROM lifecycle._segment_definition(g.rule, g.lifecycle_stages, g.valid_for)
        OR (g.time_use = 'unforeseen' AND (g.valid_for IS NULL OR t.judged_at + g.valid_for <= now())) AS is_whole
    FROM lifecycle.user_segments g LEFT JOIN lifecycle.user_segment_states t ON t.segment_id = g.id
  )
  SELECT ARRAY(SELECT s.id FROM segments s WHERE s.is_whole ORDER BY s.name, s.id), ARRAY(SELECT s.id FROM segments s WHERE NOT s.is_whole ORDER BY s.id)
$$;
COMMENT ON FUNCTION lifecycle._segments_to_judge() IS
  'Internal: the segments that a refresh judges over all users, being new, defined otherwise than they were judged, or dependent on time in a way that cannot be foreseen; and those it judges only for users who changed and at times that were foreseen.';
