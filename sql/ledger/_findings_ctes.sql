CREATE FUNCTION lifecycle._findings_ctes(source_system text, complete boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Needs two CTEs before it: findings (record_id, code, given_id, given_email, time_text, given_type, copies, candidates, body) and
  -- examined (source_record_id, noted, resolution). Only what differs from the open issues is written.
  SELECT format($sql$
    described AS MATERIALIZED (
      SELECT f.row_key, min(f.record_id) AS record_id, f.code, min(f.given_id) AS given_id, min(f.given_email) AS given_email,
        min(f.time_text) AS time_text, min(f.given_type) AS given_type,
        CASE WHEN f.code IN ('no_record_id', 'record_id_too_long') THEN count(*) ELSE max(f.copies) END AS copies,
        min(f.candidates) AS candidates, (array_agg(f.body) FILTER (WHERE f.body IS NOT NULL))[1] AS body -- most have none: no array is begun for these
      FROM (SELECT f.*, coalesce(f.record_id, md5(f.body::text)::uuid::text) COLLATE "C" AS row_key FROM findings f) f
      GROUP BY f.row_key, f.code
    ),
    known AS MATERIALIZED (
      SELECT i.issue_id, i.source_record_id, i.code, i.detail, i.body,
        coalesce(i.source_record_id, i.row_hash::text) COLLATE "C" AS row_key
      FROM (%2$s) i
    ),
    -- Joined in full, which the planner can only do by hashing or merging: it knows little about these rows, and a nested
    -- loop over many of them would not end.
    compared AS MATERIALIZED (
      SELECT k.issue_id, k.source_record_id, k.detail AS old_detail, k.body AS old_body, d.row_key IS NOT NULL AS found, d.record_id,
        coalesce(d.code, k.code) AS code, d.given_id, d.given_email, d.body, d.row_key,
        CASE WHEN d.row_key IS NOT NULL THEN
          lifecycle._finding_detail(d.code, d.given_id, d.given_email, d.time_text, d.given_type, d.copies, d.candidates) END AS detail
      FROM described d FULL JOIN known k ON k.row_key = d.row_key AND k.code = d.code
    ),
    opened AS (
      INSERT INTO lifecycle.issues (source_system, source_record_id, code, severity, detail, contact_id, contact_email, body, row_hash)
      SELECT %1$L, c.record_id, c.code,
        CASE WHEN c.code IN ('orphan', 'contact_mismatch', 'duplicate_record_id', 'suppressed') THEN 'warning' ELSE 'error' END,
        c.detail, c.given_id, c.given_email, c.body, CASE WHEN c.record_id IS NULL THEN c.row_key::uuid END
      FROM compared c
      WHERE c.issue_id IS NULL
      RETURNING severity
    ),
    altered AS (
      UPDATE lifecycle.issues i
      SET detail = c.detail, contact_id = c.given_id, contact_email = c.given_email, body = c.body, last_seen = now()
      FROM compared c
      WHERE i.issue_id = c.issue_id AND c.found AND (c.old_detail <> c.detail OR c.old_body IS DISTINCT FROM c.body)
      RETURNING 1
    ),
    lapsed AS MATERIALIZED (
      SELECT c.issue_id, c.source_record_id FROM compared c WHERE NOT c.found AND (%3$L OR c.source_record_id IS NOT NULL)
    ),
    resolved AS (
      UPDATE lifecycle.issues i
      SET resolved_at = now(), resolution = coalesce(n.resolution, 'The row is no longer in the source.')
      FROM (SELECT l.issue_id, e.resolution FROM lapsed l FULL JOIN examined e ON e.source_record_id = l.source_record_id
            WHERE coalesce(l.issue_id, 0) > 0) n -- not strict, or the full join would become a left one
      WHERE i.issue_id = n.issue_id
      RETURNING 1
    )
    $sql$, source_system,
    -- An incremental run looks up the open issues of the rows it examined, never all of them, and of those that are noted to have any.
    -- No index serves IS NOT DISTINCT FROM: only by its record id can a row be found, whatever the planner thinks of an index on sources.
    format(CASE WHEN complete THEN 'SELECT o.* FROM lifecycle.issues o WHERE o.source_system = %1$L AND o.resolved_at IS NULL'
      ELSE 'SELECT o.* FROM examined e, LATERAL (
            SELECT o.* FROM lifecycle.issues o
            WHERE o.source_record_id = e.source_record_id AND o.source_system IS NOT DISTINCT FROM %1$L AND o.resolved_at IS NULL
            OFFSET 0) o
          WHERE e.noted
        UNION ALL
        SELECT o.* FROM lifecycle.issues o WHERE o.source_system = %1$L AND o.source_record_id IS NULL AND o.resolved_at IS NULL' END,
      source_system),
    complete)
$$;
COMMENT ON FUNCTION lifecycle._findings_ctes(text, boolean) IS
  'Internal: CTEs that bring lifecycle.issues in line with what a run found: open, alter, resolve. complete: the run saw every row of the source.';
