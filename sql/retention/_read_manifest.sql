CREATE FUNCTION lifecycle._read_manifest(manifest text, OUT document jsonb, OUT relation regclass, OUT path text, OUT lower_bound timestamptz,
  OUT upper_bound timestamptz, OUT columns jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  content text := (SELECT string_agg(line, E'\n') FROM lifecycle._read_file(manifest) AS line);
  unfit text;
BEGIN
  BEGIN
    document := content::jsonb;
  EXCEPTION WHEN OTHERS THEN
    document := NULL;
  END;
  IF document ->> 'kind' IS DISTINCT FROM 'lifecycle_ledger archive' OR document ->> 'manifest_version' IS DISTINCT FROM '1'
    OR num_nulls(document ->> 'relation', document ->> 'file', document ->> 'from', document ->> 'until', document ->> 'rows',
      document ->> 'checksum', document ->> 'file_hash', document -> 'columns') > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('"%s" is not the manifest of an archive', manifest),
      DETAIL = 'It is not a JSON document of kind "lifecycle_ledger archive" and manifest_version 1.',
      HINT = 'SELECT manifest FROM lifecycle.archives; lists those of this database.';
  END IF;
  relation := to_regclass(document ->> 'relation');
  columns := document -> 'columns';
  lower_bound := document ->> 'from';
  upper_bound := document ->> 'until';
  -- Beside its manifest, wherever that has been moved.
  path := regexp_replace(manifest, '[^/]*$', '') || (document ->> 'file');
  IF relation IS NULL OR NOT EXISTS (SELECT FROM pg_partitioned_table k WHERE k.partrelid = relation AND k.partstrat = 'r' AND k.partnatts = 1) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = format('the archive''s table %s is not here', document ->> 'relation'),
      DETAIL = 'There is no table of that name that is partitioned by range of one column.',
      HINT = 'Restore into a database that has it: CALL lifecycle.install();';
  END IF;
  SELECT string_agg(format('%s %s', c.value ->> 'name', c.value ->> 'type'), ', ') INTO unfit
    FROM jsonb_array_elements(columns) c (value)
    WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = c.value ->> 'name' AND a.attnum > 0
      AND NOT a.attisdropped AND format_type(a.atttypid, a.atttypmod) = c.value ->> 'type');
  IF unfit IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
      MESSAGE = format('table %s has changed since it was archived', relation),
      DETAIL = format('It no longer has: %s.', unfit),
      HINT = 'Give it back the columns, with their types, to restore the archive; or read the file, which is NDJSON.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._read_manifest(text) IS
  'Internal: the manifest of an archive, checked against the table of today: the table, the file beside the manifest, the range and the columns. Columns that the table got since are no hindrance. Errors: 22023 for another document, 42P01 without the table, 42804 where a column is gone or of another type.';
