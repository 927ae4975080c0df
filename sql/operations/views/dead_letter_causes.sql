CREATE OR REPLACE VIEW lifecycle.dead_letter_causes AS
  SELECT d.stage, d.source, d.code, count(*) AS dead_letters, min(d.first_seen) AS first_seen, max(d.last_seen) AS last_seen,
    max(d.attempts) AS attempts, (array_agg(d.detail ORDER BY d.id DESC))[1] AS latest_detail, max(d.id) AS latest_id
  FROM lifecycle.dead_letters d
  WHERE d.resolved_at IS NULL
  GROUP BY d.stage, d.source, d.code;

COMMENT ON VIEW lifecycle.dead_letter_causes IS
  'Open dead letters by cause: how many share a stage, a source and a reason code, since when, and the latest as an example. ORDER BY dead_letters DESC shows what to mend first.';
