CREATE FUNCTION lifecycle._plan_history_files(run bigint, destination text, directory text, organization_id bigint, format text, compression text, extracted_at timestamptz)
RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
  last_sequence bigint := (SELECT coalesce(max(b.sequence), 0) FROM lifecycle.export_batches b
    WHERE b.destination = _plan_history_files.destination AND b.dataset = 'lifecycle_event_history');
  -- A directory that was known by another name before has files with numbers of that time.
  last_file bigint := (SELECT coalesce(max(h.sequence), 0) FROM lifecycle.history_files h WHERE h.directory = _plan_history_files.directory);
  planned bigint[];
  counted text;
BEGIN
  WITH organizations AS (
    SELECT r.organization_id, row_number() OVER (ORDER BY r.organization_id) + greatest(last_sequence, last_file) AS sequence, count(*) AS rows, min(r.event_date) AS earliest, max(r.event_date) AS data_as_of
    FROM pg_temp.lifecycle_history_rows r WHERE r.fate = 'written' GROUP BY r.organization_id),
  other_types AS (
    SELECT t.organization_id, jsonb_object_agg(t.event_type, t.rows) AS types
    FROM (SELECT r.organization_id, r.event_type, count(*) AS rows FROM pg_temp.lifecycle_history_rows r WHERE r.fate = 'held' GROUP BY 1, 2) t GROUP BY 1),
  intents AS (
    INSERT INTO lifecycle.history_files AS h (directory, organization_id, sequence, file, format, compression, contract_version, rows, extracted_at, earliest, data_as_of, other_types)
    SELECT directory, o.organization_id, o.sequence,
      format('%s.%s.%s%s', o.organization_id, lpad(o.sequence::text, greatest(8, length(o.sequence::text)), '0'), format,
        CASE compression WHEN 'gzip' THEN '.gz' WHEN 'zstd' THEN '.zst' ELSE '' END),
      format, compression, (SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = 'lifecycle_event_history'), o.rows, extracted_at, o.earliest, o.data_as_of, coalesce(t.types, '{}')
    FROM organizations o LEFT JOIN other_types t USING (organization_id)
    RETURNING h.organization_id)
  SELECT coalesce(array_agg(i.organization_id ORDER BY i.organization_id), '{}') INTO planned FROM intents i;
  -- An organization without events any more has no file any more.
  WITH retired AS (
    UPDATE lifecycle.history_files h SET superseded_at = now()
      WHERE h.directory = _plan_history_files.directory AND h.written_at IS NOT NULL AND h.superseded_at IS NULL AND h.organization_id <> ALL (planned)
        AND (h.organization_id = _plan_history_files.organization_id OR _plan_history_files.organization_id IS NULL)
      RETURNING h.rows)
  SELECT lifecycle._count_rows(run, 0, 0, 0, 0, 0, 0, coalesce(sum(r.rows), 0)::bigint) INTO counted FROM retired r;
  RETURN planned;
END
$$;
COMMENT ON FUNCTION lifecycle._plan_history_files(bigint, text, text, bigint, text, text, timestamptz) IS
  'Internal: an intent in history_files for each organization that has staged rows; returns those organizations. The current file of one that has none is superseded by nothing.';
