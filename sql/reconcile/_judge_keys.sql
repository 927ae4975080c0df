CREATE FUNCTION lifecycle._judge_keys(destination text, dataset text, keys text[], orgs text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  compared name[] := lifecycle._compared_columns(destination, dataset);
  shape record;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  EXECUTE format('CREATE TEMP TABLE reconcile_source ON COMMIT DROP AS SELECT r.*, left(md5(lifecycle._parity_text_columns(%L::text[], %s)), 16) AS "row checksum" FROM %s r',
    compared, lifecycle._compared_values(contract, compared),
    lifecycle._reconciled_rows(destination, dataset, NULL, ARRAY(SELECT DISTINCT k FROM unnest(keys) k)));
  -- Where the source has them, too: of several tenants that use one key, the destination has taken one.
  EXECUTE format($sql$
    CREATE TEMP TABLE reconcile_target ON COMMIT DROP AS SELECT t.*
    FROM (SELECT array_agg(u.key) AS keys, array_agg(u.org) AS orgs FROM (SELECT * FROM unnest($1, $2) UNION SELECT s."key text", s.%I::text FROM pg_temp.reconcile_source s) u (key, org) WHERE u.org IS NOT NULL) u
      CROSS JOIN LATERAL lifecycle._target_rows($3, $4, u.keys, u.orgs) t
    $sql$, shape.tenant) USING keys, orgs, destination, dataset;
  EXECUTE format($sql$
    CREATE TEMP TABLE reconcile_verdicts ON COMMIT DROP AS
    SELECT k.key, coalesce(s.day, t.day) AS day, coalesce(s.org, t.org) AS org, false AS remains, s.letter_key, t.key_only IS TRUE AS key_taken,
      CASE WHEN s.undelivered OR s.rejected OR l.refused THEN 'held'
        WHEN s.key IS NULL AND (t.key IS NULL OR t.key_only) THEN 'gone'
        WHEN s.key IS NULL THEN CASE WHEN t.all_deleted THEN 'tombstone' ELSE 'target only' END
        WHEN t.key IS NULL OR t.key_only THEN 'source only'
        WHEN t.copies = 1 AND t.checksum = ANY (s.checksums) THEN 'same'
        WHEN t.version < s.version THEN 'stale'
        ELSE 'differs' END AS verdict
    FROM (SELECT DISTINCT unnest($1) AS key) k
      LEFT JOIN (
        SELECT r."key text" AS key, bool_or(NOT r."is delivered" AND NOT r."is rejected") AS undelivered, bool_or(r."is rejected") AS rejected, max(r."its version") AS version,
          min(r."letter key") AS letter_key, min((r.%2$I AT TIME ZONE 'UTC')::date) AS day, min(r.%3$I::text) AS org,
          %4$s AS checksums
        FROM (SELECT r.*, %1$s AS "its version", max(%1$s) OVER (PARTITION BY r."key text") AS "highest version" FROM pg_temp.reconcile_source r) r GROUP BY 1) s USING (key)
      LEFT JOIN (SELECT t.key, count(*) AS copies, min(t.checksum) AS checksum, max(t.version) AS version, bool_and(t.is_deleted) AS all_deleted, bool_and(t.checksum = '') AS key_only, min(t.day) AS day, min(t.org) AS org
        FROM pg_temp.reconcile_target t GROUP BY 1) t USING (key)
      LEFT JOIN LATERAL (SELECT true AS refused FROM lifecycle.dead_letters d
        WHERE d.resolved_at IS NULL AND d.source = $2 AND d.key = s.letter_key AND (d.stage = 'export' OR (d.stage = 'apply' AND d.code NOT IN ('content_differs', 'key_reused'))) LIMIT 1) l ON true
    $sql$, coalesce('r.' || quote_ident(shape.version_column), 'NULL::bigint'), shape.time_column, shape.tenant,
    -- Of several rows under one key and version a destination has the one that came first, which is chance: each is to have the one that is sent again.
    CASE WHEN shape.version_column IS NULL THEN 'array_agg(r."row checksum")'
      ELSE 'ARRAY[min(r."row checksum") FILTER (WHERE r."its version" IS NOT DISTINCT FROM r."highest version")]' END) USING keys, dataset;
END
$$;
COMMENT ON FUNCTION lifecycle._judge_keys(text, text, text[], text[]) IS
  'Internal: compares row with row what narrowing has left, keys with the tenants beside them, while nothing else is delivered there. Makes three temporary tables of this transaction: reconcile_target, reconcile_source and reconcile_verdicts, a row a key: same or gone (equal by now), held (its source row is under way, breaks the contract or was refused), source only (key_taken: but for its key), stale (an earlier version there), differs, target only, tombstone (no source has it, and it is marked as deleted).';
