CREATE FUNCTION lifecycle._judge_segment(run bigint, segment uuid) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  s record;
  within text;
  indexable text;
  done record;
BEGIN
  SELECT g.id, g.name, g.rule, g.lifecycle_stages, g.valid_for, g.time_use, lifecycle._segment_definition(g.rule, g.lifecycle_stages, g.valid_for) AS definition,
      (SELECT t.definition FROM lifecycle.user_segment_states t WHERE t.segment_id = g.id) AS judged_by
    INTO s FROM lifecycle.user_segments g WHERE g.id = segment FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  indexable := lifecycle._indexable_condition(s.rule, 'user.attributes', 'u.attributes');
  within := concat_ws(' AND ', 'true', CASE WHEN cardinality(s.lifecycle_stages) > 0 THEN format('u.current_lifecycle_stage = ANY (%L::varchar[])', s.lifecycle_stages) END,
    indexable);
  EXECUTE lifecycle._apply_memberships(format($sql$
    WITH candidates AS (
      SELECT u.id AS user_id, u.current_lifecycle_stage AS stage, %1$s AS user_document FROM lifecycle.users u WHERE %2$s OFFSET 0
    ), verdicts AS MATERIALIZED (
      SELECT c.user_id, c.stage, lifecycle.matches(%3$L::jsonb, c.user_document, NULL) AS is_member, %4$s AS next_change FROM candidates c
    ), shown AS (
      SELECT v.* FROM verdicts v WHERE v.is_member OR v.next_change IS NOT NULL
    )
    SELECT v.user_id, v.stage, %5$L::uuid AS segment_id, %6$L::text AS segment_name, %7$L::interval AS valid_for, v.is_member, v.next_change FROM shown v
    UNION ALL
    -- Nobody else is or will be in it; who was, leaves.
    SELECT u.id, u.current_lifecycle_stage, %5$L, %6$L, NULL, false, NULL
    FROM (SELECT m.user_id FROM lifecycle.user_segment_memberships m WHERE m.segment_id = %5$L
      UNION SELECT r.user_id FROM lifecycle.user_segment_rechecks r WHERE r.segment_id = %5$L) o JOIN lifecycle.users u ON u.id = o.user_id
    WHERE NOT EXISTS (SELECT FROM shown v WHERE v.user_id = o.user_id)$sql$,
      lifecycle._user_document('u'), within, s.rule,
      CASE s.time_use WHEN 'foreseen' THEN format('lifecycle._next_change(%L::jsonb, c.user_document)', s.rule) ELSE 'NULL::timestamptz' END,
      s.id, s.name, s.valid_for), 'SELECT %1$s FROM %2$s p WHERE p.segment_id = ' || quote_literal(s.id),
      CASE WHEN s.definition = s.judged_by THEN '''refreshed''' ELSE '''segment_changed''' END) INTO done;
  INSERT INTO lifecycle.user_segment_states AS t (segment_id, definition, judged_at)
    VALUES (s.id, s.definition, now())
    ON CONFLICT (segment_id) DO UPDATE SET definition = excluded.definition, judged_at = excluded.judged_at;
  PERFORM lifecycle._count_rows(run, done.rows_in, done.entered + done.extended + done.gone, done.rows_in - done.entered - done.extended - done.gone,
    0, 0, 0, done.gone);
END
$$;
COMMENT ON FUNCTION lifecycle._judge_segment(bigint, uuid) IS
  'Internal: judges a segment over all users whom its stages and a GIN index on attributes leave, and brings its memberships in line. Rows in: members, those who will be, and those who were.';
