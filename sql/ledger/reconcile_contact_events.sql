CREATE PROCEDURE lifecycle.reconcile_contact_events(source text DEFAULT NULL, wait boolean DEFAULT false)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM lifecycle._require_top_level('reconcile_contact_events');
  CALL lifecycle._run_sources('reconcile_contact_events', source, wait);
END
$$;
COMMENT ON PROCEDURE lifecycle.reconcile_contact_events(text, boolean) IS
  'The daily net: compares every row of one source, or all (null), with the ledger, column by column, and writes only the differences: late, lost, altered rows come back, rows deleted upstream leave. Afterwards the ledger equals the source. source, wait: as for rebuild_contact_events(). Commits after each source: call it outside a transaction block.';
