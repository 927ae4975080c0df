CREATE FUNCTION lifecycle._write_manifest(archive_id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  a record;
  document jsonb;
BEGIN
  SELECT * INTO STRICT a FROM lifecycle.archives r WHERE r.archive_id = _write_manifest.archive_id;
  document := jsonb_build_object(
    'kind', 'lifecycle_ledger archive', 'manifest_version', 1,
    'relation', a.relation, 'partition', a.partition_name, 'from', a.lower_bound, 'until', a.upper_bound,
    -- The name alone: the files may be moved together.
    'file', regexp_replace(a.path, '^.*/', ''), 'format', 'ndjson', 'nulls', 'left out', 'compression', a.compression, 'revision', a.revision,
    'rows', a.rows, 'bytes', a.bytes, 'plain_bytes', a.plain_bytes, 'checksum', a.checksum, 'file_hash', 'xxh3-128:' || a.file_hash,
    'columns', a.columns, 'written_at', a.written_at, 'database', current_database(), 'system_identifier', a.system_identifier,
    'schema_version', (SELECT v.version FROM lifecycle.schema_version v));
  PERFORM lifecycle._write_file(format('SELECT %L::text', jsonb_pretty(document)), a.manifest, 'text', with_checksum => false);
END
$$;
COMMENT ON FUNCTION lifecycle._write_manifest(bigint) IS 'Internal: writes the manifest of an archive, by which its file becomes the archive''s: the last step of writing one.';
