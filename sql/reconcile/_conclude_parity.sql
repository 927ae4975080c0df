CREATE FUNCTION lifecycle._conclude_parity(run bigint, destination text, dataset text, day date, source_rows bigint, target_rows bigint, source_checksum text, target_checksum text,
  totals jsonb, bytes bigint, failed_state text, failed_message text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  subject text := dataset || '@' || destination;
  policy text := lifecycle._target_only_policy(destination, dataset);
  t record;
  conclusion text;
  told text;
BEGIN
  SELECT * INTO t FROM jsonb_to_record(totals) x(differing bigint, source_only bigint, target_only bigint, resent bigint, overwritten bigint, tombstones bigint, held bigint,
    remaining bigint, target_only_left bigint, unmarked text);
  conclusion := CASE WHEN failed_state IS NOT NULL THEN 'failed' WHEN t.remaining > 0 THEN 'differs' WHEN t.target_only_left > 0 AND policy <> 'ignore' THEN 'target_only'
    WHEN t.resent + t.tombstones > 0 THEN 'mended' ELSE 'ok' END;
  told := nullif(concat_ws('; ', failed_message,
    CASE WHEN t.overwritten > 0 THEN format('%s rows were overwritten', t.overwritten) END,
    CASE WHEN t.tombstones > 0 THEN format('%s entities were marked as deleted', t.tombstones) END,
    CASE WHEN t.held > 0 THEN format('%s rows are under way or refused', t.held)
      WHEN conclusion = 'ok' AND _conclude_parity.source_rows > _conclude_parity.target_rows THEN
        format('%s rows of the sources stand under keys that others have, too', _conclude_parity.source_rows - _conclude_parity.target_rows) END), '');
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, window_start, window_end, source_rows, target_rows, source_checksum, target_checksum,
      differing, source_only, target_only, resent, overwritten, tombstones, held, bytes, verdict, detail)
    VALUES (run, 'parity', _conclude_parity.dataset, _conclude_parity.destination, day, day, _conclude_parity.source_rows, _conclude_parity.target_rows,
      _conclude_parity.source_checksum, _conclude_parity.target_checksum, t.differing, t.source_only, t.target_only, t.resent, t.overwritten, t.tombstones, t.held, _conclude_parity.bytes, conclusion, told);
  PERFORM lifecycle._count_rows(run, greatest(_conclude_parity.source_rows - t.resent, 0), 0, greatest(_conclude_parity.source_rows - t.resent, 0), 0, 0, 0, 0)
    WHERE failed_state IS NULL;
  IF t.overwritten > 0 THEN
    RAISE WARNING 'reconcile: dataset "%" at destination "%": % rows there had other content and were overwritten', dataset, destination, t.overwritten
      USING HINT = 'SELECT * FROM lifecycle.reconciliations ORDER BY reconciliation_id DESC; in the warehouse, lifecycle.overwritten_rows has what was there.';
  END IF;
  IF failed_state IS NOT NULL THEN
    RETURN;
  END IF;
  IF t.remaining > 0 THEN
    PERFORM lifecycle._raise_alert('parity', subject, 'error', format('%s rows of dataset "%s" are not at destination "%s" as they are at the source, also after they were sent again', t.remaining, dataset, destination),
      format('Compared: %s rows (%s) with %s rows (%s).', _conclude_parity.source_rows, _conclude_parity.source_checksum, _conclude_parity.target_rows, _conclude_parity.target_checksum),
      format('SELECT * FROM lifecycle.reconciliations WHERE run_id = %s; SELECT * FROM lifecycle.dead_letter_causes;', run));
  ELSIF lifecycle._found_elsewhere(destination, dataset, day, 'differs') IS NOT TRUE THEN
    PERFORM lifecycle._resolve_alert('parity', subject);
  END IF;
  IF t.target_only_left > 0 AND policy <> 'ignore' THEN
    PERFORM lifecycle._raise_alert('target_only', subject, 'error', format('%s rows of dataset "%s" are at destination "%s" and at no source', t.target_only_left, dataset, destination),
      coalesce(t.unmarked, 'They were marked as deleted, and are not so there.'),
      format('SELECT window_start, org, target_only FROM lifecycle.reconciliations WHERE run_id = %s AND target_only > 0; docs/RECONCILIATION.md says what to do.', run));
  ELSIF lifecycle._found_elsewhere(destination, dataset, day, 'target_only') IS NOT TRUE THEN
    PERFORM lifecycle._resolve_alert('target_only', subject);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._conclude_parity(bigint, text, text, date, bigint, bigint, text, text, jsonb, bigint, text, text) IS
  'Internal: records what a comparison of a dataset with a destination has come to, counts its rows, and raises or resolves the alerts parity and target_only.';
