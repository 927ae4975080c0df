CREATE OR REPLACE VIEW lifecycle.lifecycle_funnel AS
  SELECT s.step::integer AS step, s.stage, coalesce(n.users, 0) AS users, coalesce(h.entered, 0) AS entered, coalesce(h.completed, 0) AS completed,
    round(100.0 * h.completed / h.entered, 2) AS conversion
  FROM unnest(lifecycle._lifecycle_stages()) WITH ORDINALITY AS s (stage, step)
    LEFT JOIN (SELECT u.current_lifecycle_stage AS stage, count(*) AS users FROM lifecycle.users u GROUP BY 1) n USING (stage)
    LEFT JOIN (
      SELECT w.stage, count(*) AS entered, count(*) FILTER (WHERE w.completed) AS completed
      FROM (
        -- Once a user and stage: whoever left a stage was in it, whether history saw it entered or not.
        SELECT m.stage, m.user_id, bool_or(m.completed) AS completed
        FROM (
          SELECT to_stage AS stage, user_id, false AS completed FROM lifecycle.user_lifecycle_history
          UNION ALL
          SELECT from_stage, user_id, array_position(lifecycle._lifecycle_stages(), to_stage::text) > array_position(lifecycle._lifecycle_stages(), from_stage::text)
          FROM lifecycle.user_lifecycle_history WHERE from_stage IS NOT NULL) m
        GROUP BY 1, 2) w
      GROUP BY 1) h USING (stage)
  ORDER BY s.step;

COMMENT ON VIEW lifecycle.lifecycle_funnel IS
  'The five stages in their order (step): how many users are in each now, how many were ever in it (entered), how many of these went on from it to a later stage (completed), and the share of them in percent (conversion; null where nobody entered).';
