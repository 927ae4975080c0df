CREATE FUNCTION lifecycle._findings_ctes(source_system text, complete boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Needs two CTEs before it: findings (record_id, code, given_id, given_email, time_text, given_type, copies, body) and
  -- examined (source_record_id, resolution). Only what differs from the open issues is written.
  SELECT format($sql$
    described AS MATERIALIZED (
      SELECT f.row_key, min(f.record_id) AS record_id, f.code, min(f.given_id) AS given_id, min(f.given_email) AS given_email,
        min(f.time_text) AS time_text, min(f.given_type) AS given_type,
        CASE f.code WHEN 'no_record_id' THEN count(*) ELSE max(f.copies) END AS copies, (array_agg(f.body))[1] AS body
      FROM (SELECT f.*, coalesce(f.record_id, md5(f.body::text)::uuid::text) COLLATE "C" AS row_key FROM findings f) f
      GROUP BY f.row_key, f.code
    ),
    known AS MATERIALIZED (
      SELECT i.issue_id, i.source_record_id, i.code, i.detail, i.body,
        coalesce(i.source_record_id, i.row_hash::text) COLLATE "C" AS row_key
      FROM (%2$s) i
    ),
    opened AS (
      INSERT INTO lifecycle.issues (source_system, source_record_id, code, severity, detail, contact_id, contact_email, body, row_hash)
      SELECT %1$L, d.record_id, d.code,
        CASE WHEN d.code IN ('orphan', 'contact_mismatch', 'duplicate_record_id') THEN 'warning' ELSE 'error' END,
        lifecycle._finding_detail(d.code, d.given_id, d.given_email, d.time_text, d.given_type, d.copies),
        d.given_id, d.given_email, d.body, CASE WHEN d.record_id IS NULL THEN d.row_key::uuid END
      FROM described d
      WHERE NOT EXISTS (SELECT FROM known k WHERE k.row_key = d.row_key AND k.code = d.code)
      RETURNING severity
    ),
    altered AS (
      UPDATE lifecycle.issues i
      SET detail = n.detail, contact_id = n.given_id, contact_email = n.given_email, body = n.body, last_seen = now()
      FROM (SELECT k.issue_id, k.detail AS old_detail, k.body AS old_body, d.*,
              lifecycle._finding_detail(d.code, d.given_id, d.given_email, d.time_text, d.given_type, d.copies) AS detail
            FROM described d JOIN known k ON k.row_key = d.row_key AND k.code = d.code) n
      WHERE i.issue_id = n.issue_id AND (n.old_detail <> n.detail OR n.old_body IS DISTINCT FROM n.body)
      RETURNING 1
    ),
    resolved AS (
      UPDATE lifecycle.issues i
      SET resolved_at = now(), resolution = coalesce(n.resolution, 'The row is no longer in the source.')
      FROM (SELECT k.issue_id, e.resolution
            FROM known k LEFT JOIN examined e ON e.source_record_id = k.source_record_id
            WHERE (%3$L OR k.source_record_id IS NOT NULL)
              AND NOT EXISTS (SELECT FROM described d WHERE d.row_key = k.row_key AND d.code = k.code)) n
      WHERE i.issue_id = n.issue_id
      RETURNING 1
    )
    $sql$, source_system,
    -- An incremental run looks up the open issues of the rows it examined, never all of them.
    format(CASE WHEN complete THEN 'SELECT o.* FROM lifecycle.issues o WHERE o.source_system = %1$L AND o.resolved_at IS NULL'
      ELSE 'SELECT o.* FROM examined e JOIN lifecycle.issues o ON o.source_record_id = e.source_record_id
          WHERE o.source_system = %1$L AND o.resolved_at IS NULL
        UNION ALL
        SELECT o.* FROM lifecycle.issues o WHERE o.source_system = %1$L AND o.source_record_id IS NULL AND o.resolved_at IS NULL' END,
      source_system),
    complete)
$$;
COMMENT ON FUNCTION lifecycle._findings_ctes(text, boolean) IS
  'Internal: CTEs that bring lifecycle.issues in line with what a run found: open, alter, resolve. complete: the run saw every row of the source.';
