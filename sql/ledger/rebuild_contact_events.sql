CREATE PROCEDURE lifecycle.rebuild_contact_events(source text DEFAULT NULL, wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM lifecycle._require_top_level('rebuild_contact_events');
  CALL lifecycle._run_sources('rebuild_contact_events', source, wait);
END
$$;
COMMENT ON PROCEDURE lifecycle.rebuild_contact_events(text, boolean) IS
  'Loads one source, or all (null), whole: into a new partition beside the live one, swapped in within one transaction a source, so that no reader ever sees it empty or half done. source: a registered source_system. Of several sources lifecycle_ledger.rebuild_workers are loaded at once, each in a background worker with the caller''s role and settings. wait: wait for another run on the same source; otherwise that is error 55P03. Commits: call it outside a transaction block.';
