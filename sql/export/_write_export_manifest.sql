CREATE FUNCTION lifecycle._write_export_manifest(destination text, dataset text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  contract jsonb := lifecycle._dataset_contract(dataset);
  path text;
  last bigint;
  known record;
  document text;
  made record;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _write_export_manifest.destination;
  path := target.place || '/' || dataset || '/manifest.json';
  -- An export, a backfill and a reconciliation may come to it at once: who lists fewer files must not have the last word.
  PERFORM lifecycle._lock_delivery(destination, dataset);
  -- What was sent before the directory was registered lies elsewhere, or is sent again.
  SELECT max(b.sequence) INTO last FROM lifecycle.export_batches b WHERE b.destination = target.destination AND b.dataset = _write_export_manifest.dataset AND b.status = 'delivered'
    AND b.file IS NOT NULL AND b.created_at >= target.registered_at;
  SELECT m.sequence, m.file_hash INTO known FROM lifecycle.export_manifests m WHERE m.destination = target.destination AND m.dataset = _write_export_manifest.dataset;
  IF last IS NULL THEN
    RETURN false;
  ELSIF known.sequence = last AND lifecycle._file_exists(path) THEN
    IF (SELECT h.file_hash FROM lifecycle._hash_file(path) h) = known.file_hash THEN
      RETURN false;
    END IF;
  END IF;
  SELECT jsonb_pretty(jsonb_build_object('kind', 'lifecycle_ledger export', 'manifest_version', 1, 'dataset', _write_export_manifest.dataset, 'contract_version', contract ->> 'version',
      'schema_version', (SELECT v.version FROM lifecycle.schema_version v), 'destination', target.destination, 'database', current_database(),
      'system_identifier', (SELECT s.system_identifier::text FROM pg_control_system() s), 'format', coalesce(target.options ->> 'format', 'ndjson'),
      'compression', coalesce(target.options ->> 'compression', 'none'), 'time_column', lifecycle._contract_property(contract, 'timeColumn'),
      -- By what rows of several files are one, and which of them counts: the highest version, else that of the last file.
      'key', (SELECT to_jsonb(k.key) FROM lifecycle._parity_shape(contract) k), 'version_column', lifecycle._contract_property(contract, 'versionColumn'),
      'columns', (SELECT jsonb_agg(jsonb_build_object('name', c.name, 'type', c.type, 'required', c.required) ORDER BY c.place) FROM lifecycle._contract_columns(contract) c),
      'written_at', to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'rows', sum(b.rows_in),
      'files', jsonb_agg(jsonb_build_object('file', regexp_replace(b.file, '^.*/', ''), 'sequence', b.sequence, 'rows', b.rows_in, 'bytes', b.bytes, 'checksum', b.checksum,
        'file_hash', 'xxh3-128:' || b.file_hash, 'contract_version', b.contract_version, 'reason', b.reason, 'earliest', b.earliest, 'latest', b.latest,
        'delivered_at', b.delivered_at) ORDER BY b.sequence)))
    INTO document
    FROM lifecycle.export_batches b
    WHERE b.destination = target.destination AND b.dataset = _write_export_manifest.dataset AND b.status = 'delivered' AND b.file IS NOT NULL AND b.created_at >= target.registered_at;
  PERFORM lifecycle._check_directory(target.place);
  PERFORM lifecycle._claim_directory(destination, target.place);
  PERFORM lifecycle._make_directory(target.place || '/' || dataset);
  SELECT * INTO made FROM lifecycle._write_file(format('SELECT %L::text', document), path, 'text', with_checksum => false);
  INSERT INTO lifecycle.export_manifests AS m (destination, dataset, sequence, file_hash) VALUES (target.destination, _write_export_manifest.dataset, last, made.file_hash)
  ON CONFLICT ON CONSTRAINT export_manifests_pkey DO UPDATE SET sequence = excluded.sequence, file_hash = excluded.file_hash, written_at = excluded.written_at;
  RETURN true;
END
$$;
COMMENT ON FUNCTION lifecycle._write_export_manifest(text, text) IS
  'Internal: writes DIRECTORY/DATASET/manifest.json anew where it does not list all batches that were delivered, or is not as it was written; whether it was. Called once the batches are committed, so that it never lists a file that could still be replaced.';
