CREATE FUNCTION lifecycle._staged_rows_query(contract jsonb, query text, memory integer, is_fresh boolean DEFAULT false, with_keys boolean DEFAULT false) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The first column of a contract is the version it was exported under, which no row lacks: null, it says that the row is not one of that table.
  SELECT format($sql$
    SELECT CASE WHEN q."reject code" IS NULL AND NOT k."is known" THEN q.%1$I END AS %1$I, %2$s,
      q."reject code", q."reject sqlstate", q."json pointer", q."reject detail", q."reject key", CASE WHEN q."reject code" IS NOT NULL THEN %7$s = 0 END, q."reject body", CASE WHEN q."reject code" IS NOT NULL THEN %8$s END%3$s%9$s
    FROM (%4$s) q %5$s
      CROSS JOIN LATERAL (SELECT %6$s AS "is known") k
    $sql$, c.first, c.others,
    CASE WHEN memory IS NOT NULL AND is_fresh THEN format(', CASE WHEN q."reject code" IS NULL THEN %s END, f.fingerprint, q."change time"', memory)
      WHEN memory IS NOT NULL THEN ', CASE WHEN q."reject code" IS NULL THEN f.fingerprint END, q."change time", k."is known"' END, query,
    CASE WHEN memory IS NOT NULL THEN format('CROSS JOIN LATERAL (SELECT lifecycle._parity_md5_columns(%L::text[], %s) AS fingerprint OFFSET 0) f', c.names, c.columns) END,
    -- Looked up by its key, or hashed, but never joined in a loop over all of it, as the planner would where it knows nothing of the table yet.
    CASE WHEN memory IS NOT NULL AND NOT is_fresh THEN format('EXISTS (SELECT FROM lifecycle.export_sent m WHERE m.position_id = %s AND m.fingerprint = f.fingerprint)', memory) ELSE 'false' END, c.missing, coalesce(format('q.%I::text', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}'), 'NULL::text'),
    CASE WHEN with_keys THEN format(', CASE WHEN q."reject code" IS NULL AND NOT k."is known" THEN concat_ws(''/'', %s) END', c.keys) END)
  FROM (SELECT (array_agg(n.name ORDER BY n.place))[1] AS first, string_agg(format('q.%I', n.name), ', ' ORDER BY n.place) FILTER (WHERE n.place > 1) AS others,
      string_agg(format('q.%I', n.name), ', ' ORDER BY n.place) AS columns, array_agg(n.name ORDER BY n.place) AS names,
      format('num_nulls(%s)', string_agg(format('q.%I', n.name), ', ' ORDER BY n.key_position) FILTER (WHERE n.key_position IS NOT NULL)) AS missing,
      string_agg(format('q.%I', n.name), ', ' ORDER BY n.key_position) FILTER (WHERE n.key_position IS NOT NULL) AS keys
    FROM lifecycle._contract_columns(contract) n) c
$$;
COMMENT ON FUNCTION lifecycle._staged_rows_query(jsonb, text, integer, boolean, boolean) IS
  'Internal: SQL that parts mapped rows (a query as of _dataset_source_query) for _insert_rows(): the contract''s columns of those to be sent, what is wrong with those that break the contract, and, where memory (a position_id) says which memory of sent rows counts, fingerprint, change_time and whether it is known there; where that memory is empty (is_fresh), the rows of export_sent instead. with_keys: then the key of each row to be sent, as dead letters have it.';
