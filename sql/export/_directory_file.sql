CREATE FUNCTION lifecycle._directory_file(dataset text, sequence bigint, options jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('%s/%s.%s%s', dataset, lpad(sequence::text, greatest(8, length(sequence::text)), '0'), coalesce(options ->> 'format', 'ndjson'),
    CASE options ->> 'compression' WHEN 'gzip' THEN '.gz' WHEN 'zstd' THEN '.zst' ELSE '' END)
$$;
COMMENT ON FUNCTION lifecycle._directory_file(text, bigint, jsonb) IS 'Internal: the file of a batch, relative to its directory.';
