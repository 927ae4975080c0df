CREATE FUNCTION lifecycle._changed_rows(relation regclass, compiled record, changed text, retry_keys text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  match text := lifecycle._record_id_match(relation, compiled.record_id_column, compiled.source_record_id);
BEGIN
  IF lifecycle._record_id_is_unique(relation, compiled.record_id_column) THEN
    -- In the order of the ledger's key, so that what is looked up there, and then written, lies together.
    RETURN format($sql$
      FROM (SELECT s.* FROM %1$s ORDER BY (%2$s) COLLATE "C") s
      $sql$, CASE WHEN retry_keys IS NULL THEN format('%s s WHERE %s', relation, changed) ELSE format($sql$
           (SELECT s.* FROM %1$s s WHERE %2$s
            UNION ALL
            SELECT s.* FROM (%3$s) k JOIN %1$s s ON %4$s WHERE (%2$s) IS NOT TRUE) s
      $sql$, relation, changed, retry_keys, match) END, compiled.source_record_id);
  END IF;
  -- Rows that share a record id are judged together: one changed row brings its companions along.
  RETURN format($sql$
    FROM %1$s s
    WHERE (%2$s) COLLATE "C" IN (SELECT (%2$s) COLLATE "C" FROM %1$s s WHERE %3$s %4$s) OR ((%2$s) IS NULL AND %3$s)
    $sql$, relation, compiled.source_record_id, changed,
    CASE WHEN retry_keys IS NULL THEN '' ELSE format('UNION SELECT k.source_record_id FROM (%s) k', retry_keys) END);
END
$$;
COMMENT ON FUNCTION lifecycle._changed_rows(regclass, record, text, text) IS
  'Internal: the FROM clause (alias s) of the source rows that an incremental run must look at: changed ones, and those that changes of contacts concern. Ids that are unique come in the order of their bytes.';
