CREATE FUNCTION lifecycle._reads_rows_of(target lifecycle.destinations) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT target.kind <> 'directory' OR coalesce(target.options ->> 'format', 'ndjson') = 'ndjson' OR coalesce(target.options ->> 'compression', 'none') = 'none'
$$;
COMMENT ON FUNCTION lifecycle._reads_rows_of(lifecycle.destinations) IS 'Internal: whether the rows at a destination can be read; of compressed CSV files only size and hash are compared.';
