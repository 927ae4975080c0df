CREATE FUNCTION lifecycle._referenced_tables(relation regclass) RETURNS regclass[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(DISTINCT c.confrelid::regclass), '{}') FROM pg_constraint c
  WHERE c.conrelid = relation AND c.contype = 'f' AND c.confrelid <> c.conrelid
$$;
COMMENT ON FUNCTION lifecycle._referenced_tables(regclass) IS 'Internal: the tables that a table''s foreign keys point to: they keep triggers for it, so attaching and dropping it locks them too.';
