CREATE FUNCTION lifecycle._reads_rows_of(kind text, options jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT kind <> 'directory' OR coalesce(options ->> 'format', 'ndjson') = 'ndjson' OR coalesce(options ->> 'compression', 'none') = 'none'
$$;
COMMENT ON FUNCTION lifecycle._reads_rows_of(text, jsonb) IS 'Internal: whether the rows at a destination can be read; of compressed CSV files only size and hash are compared.';
