CREATE FUNCTION lifecycle._archive_path(manifest text, revision integer, compression text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
RETURN regexp_replace(manifest, '\.manifest\.json$', '') || CASE WHEN revision > 1 THEN format('.r%s', revision) ELSE '' END
  || '.ndjson' || CASE compression WHEN 'gzip' THEN '.gz' WHEN 'zstd' THEN '.zst' ELSE '' END;
COMMENT ON FUNCTION lifecycle._archive_path(text, integer, text) IS 'Internal: where a revision of an archive''s file lies: beside its manifest.';
