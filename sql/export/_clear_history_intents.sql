CREATE FUNCTION lifecycle._clear_history_intents(directory text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  f record;
BEGIN
  FOR f IN DELETE FROM lifecycle.history_files h WHERE h.directory = _clear_history_intents.directory AND h.written_at IS NULL RETURNING h.directory || '/lifecycle_event_history/' || h.file AS path LOOP
    -- Renamed but not committed, or begun.
    PERFORM lifecycle._remove_file(f.path), lifecycle._remove_file(f.path || '.lifecycle-new');
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._clear_history_intents(text) IS
  'Internal: removes what a run of export_history() that failed or was killed has left in a directory: files without a committed batch, whole or begun.';
