CREATE FUNCTION lifecycle._cut_predicate(changed_xid text, seen pg_snapshot, upto pg_snapshot) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Constants, so that the planner knows how few rows they are; the bare comparison is the one an index serves.
  SELECT CASE WHEN seen IS NULL THEN 'true' ELSE format(
    '(%1$s >= %2$L::pg_catalog.xid8 AND NOT pg_catalog.pg_visible_in_snapshot(%1$s, %3$L::pg_catalog.pg_snapshot)'
    ' AND pg_catalog.pg_visible_in_snapshot(%1$s, %4$L::pg_catalog.pg_snapshot))',
    changed_xid, pg_snapshot_xmin(seen), seen, upto) END
$$;
COMMENT ON FUNCTION lifecycle._cut_predicate(text, pg_snapshot, pg_snapshot) IS
  'Internal: the condition that a row was changed by a transaction visible in upto and not in seen, as SQL text for a query; changed_xid is the column as that query names it (e.changed_xid). Served by an index on the column. true where seen is null: a full compare has to look at all rows, those numbered by another cluster too.';
