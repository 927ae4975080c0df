CREATE FUNCTION lifecycle._due_predicate(relation regclass, at timestamptz) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  -- The bare comparisons are those an index serves; a row cannot end before it begins.
  SELECT concat_ws(' AND ',
      format('t.%I < %L::timestamptz', p.time_column, at - p.keep),
      CASE WHEN p.end_column IS NOT NULL THEN
        format('coalesce(t.%1$I, t.%2$I) < %3$L::timestamptz', p.end_column, p.time_column, at - p.keep) END,
      CASE WHEN p.status_column IS NOT NULL THEN format('t.%I::text = ANY (%L)', p.status_column, p.finished) END)
  FROM lifecycle.retention_policies p WHERE p.relation = _due_predicate.relation
$$;
COMMENT ON FUNCTION lifecycle._due_predicate(regclass, timestamptz) IS
  'Internal: the condition on alias t that a row of a table that is not partitioned is due at a time, by its policy.';
