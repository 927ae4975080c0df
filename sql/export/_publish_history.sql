CREATE FUNCTION lifecycle._publish_history(destination text, directory text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
  contract jsonb := lifecycle._dataset_contract('lifecycle_event_history');
  files jsonb;
  document jsonb;
  f record;
BEGIN
  SELECT coalesce(jsonb_agg(jsonb_build_object('organization_id', h.organization_id, 'file', h.file, 'format', h.format, 'compression', h.compression,
      'rows', h.rows, 'bytes', h.bytes, 'plain_bytes', h.plain_bytes, 'checksum', h.checksum, 'file_hash', 'xxh3-128:' || h.file_hash,
      'contract_version', h.contract_version, 'extracted_at', h.extracted_at, 'data_as_of', h.data_as_of AT TIME ZONE 'UTC', 'earliest', h.earliest AT TIME ZONE 'UTC', 'latest', h.data_as_of AT TIME ZONE 'UTC', 'other_types', h.other_types,
      'batch_id', h.batch_id, 'sequence', h.sequence) ORDER BY h.organization_id), '[]') INTO files
    FROM lifecycle.history_files h WHERE h.directory = _publish_history.directory AND h.written_at IS NOT NULL AND h.superseded_at IS NULL;
  document := jsonb_build_object('kind', 'lifecycle_ledger export', 'manifest_version', 1, 'dataset', 'lifecycle_event_history',
    'contract_version', contract ->> 'version', 'schema_version', (SELECT v.version FROM lifecycle.schema_version v), 'destination', destination,
    'write_semantics', lifecycle._contract_property(contract, 'writeSemantics'), 'time_column', lifecycle._contract_property(contract, 'timeColumn'),
    'columns', (SELECT jsonb_agg(jsonb_build_object('name', c.name, 'type', c.type, 'required', c.required) ORDER BY c.place) FROM lifecycle._contract_columns(contract) c),
    'rows', (SELECT coalesce(sum((x ->> 'rows')::bigint), 0) FROM jsonb_array_elements(files) x), 'files', files, 'written_at', to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'database', current_database(), 'system_identifier', (SELECT s.system_identifier::text FROM pg_control_system() s));
  PERFORM lifecycle._write_file(format('SELECT %L::text', jsonb_pretty(document)), directory || '/lifecycle_event_history/manifest.json', 'text', with_checksum => false);
  -- Nothing names them any more.
  FOR f IN DELETE FROM lifecycle.history_files h WHERE h.directory = _publish_history.directory AND h.superseded_at IS NOT NULL RETURNING h.directory || '/lifecycle_event_history/' || h.file AS path LOOP
    PERFORM lifecycle._remove_file(f.path);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._publish_history(text, text) IS
  'Internal: writes the manifest of a directory''s history out of history_files, then removes the files that newer ones superseded. In a transaction after those that wrote the files.';
