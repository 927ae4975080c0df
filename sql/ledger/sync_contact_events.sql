CREATE PROCEDURE lifecycle.sync_contact_events(source text DEFAULT NULL, wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM lifecycle._require_top_level('sync_contact_events');
  CALL lifecycle._run_sources('sync_contact_events', source, wait);
END
$$;
COMMENT ON PROCEDURE lifecycle.sync_contact_events(text, boolean) IS
  'Brings one source, or all (null), up to date: rows changed since the last run, and rows whose contact changed, overwrite what the ledger has; unchanged rows are not written. The first sync of a source is a full load. Rows deleted upstream stay until reconcile. source, wait: as for rebuild_contact_events(). Commits each step of about lifecycle_ledger.chunk_rows rows: call it outside a transaction block.';
