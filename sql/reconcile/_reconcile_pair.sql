CREATE PROCEDURE lifecycle._reconcile_pair(run bigint, destination text, dataset text, day date, INOUT failed_state text, INOUT failed_message text, INOUT failed_detail text, INOUT failed_hint text)
LANGUAGE plpgsql
AS $$
DECLARE
  target lifecycle.destinations;
  overview record;
  differing_groups bigint := 0;
  batch jsonb;
  step record;
  totals record;
  most_tombstones bigint := 0;
  gone_after bigint[] := '{}';
  gone_upto bigint[] := '{}';
  taken bigint := 0;
  moved bigint := 0;
  told_at timestamptz := pg_catalog.clock_timestamp();
BEGIN
  SELECT NULL::bigint AS source_rows, NULL::text AS source_checksum, NULL::bigint AS target_rows, NULL::text AS target_checksum, '{}'::date[] AS days, 0::bigint AS bytes INTO overview;
  BEGIN
    IF to_regclass('pg_temp.reconcile_files') IS NOT NULL THEN
      DROP TABLE pg_temp.reconcile_files;
    END IF;
    IF to_regclass('pg_temp.reconcile_groups') IS NOT NULL THEN
      DROP TABLE pg_temp.reconcile_groups;
    END IF;
    IF NOT EXISTS (SELECT FROM lifecycle.export_positions p WHERE p.destination = _reconcile_pair.destination AND p.dataset = _reconcile_pair.dataset) THEN
      RETURN;
    END IF;
    SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _reconcile_pair.destination;
    IF target.kind = 'directory' THEN
      PERFORM lifecycle._mend_files(run, destination, dataset, day);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
  END;
  CALL lifecycle._next_transaction();
  BEGIN
    IF failed_state IS NULL AND target.kind = 'directory' THEN
      PERFORM lifecycle._write_export_manifest(destination, dataset);
    END IF;
    IF failed_state IS NULL THEN
      SELECT * INTO overview FROM lifecycle._parity_overview(destination, dataset, day);
      moved := overview.bytes;
      IF cardinality(overview.days) > 0 THEN
        SELECT g.groups, moved + g.bytes INTO differing_groups, moved FROM lifecycle._parity_groups(destination, dataset, overview.days) g;
      END IF;
      -- A source that lost most of its rows is rather broken than emptied.
      most_tombstones := greatest(lifecycle._quality_setting('parity', dataset, 'tombstone_rows')::bigint,
        (lifecycle._quality_setting('parity', dataset, 'tombstone_share')::numeric * overview.target_rows)::bigint);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
  END;
  SELECT 0::bigint AS differing, 0::bigint AS source_only, 0::bigint AS target_only, 0::bigint AS resent, 0::bigint AS overwritten, 0::bigint AS tombstones, 0::bigint AS held,
    0::bigint AS remaining, 0::bigint AS target_only_left, NULL::text AS unmarked INTO totals;
  CALL lifecycle._next_transaction();
  WHILE failed_state IS NULL AND taken < differing_groups LOOP
    BEGIN
      batch := lifecycle._group_batch(taken);
      SELECT * INTO step FROM lifecycle._reconcile_step(run, destination, dataset, batch, 0);
      moved := moved + step.bytes;
      totals.differing := totals.differing + step.differing;
      totals.source_only := totals.source_only + step.source_only;
      totals.target_only := totals.target_only + step.target_only;
      totals.resent := totals.resent + step.resent;
      totals.overwritten := totals.overwritten + step.overwritten;
      totals.held := totals.held + step.held;
      totals.remaining := totals.remaining + step.remaining;
      totals.target_only_left := totals.target_only_left + step.target_only_left;
      IF step.target_only_left > 0 AND totals.target_only_left <= most_tombstones THEN
        gone_after := gone_after || taken;
        gone_upto := gone_upto || taken + jsonb_array_length(batch);
      END IF;
      taken := taken + jsonb_array_length(batch);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
    IF clock_timestamp() > told_at + interval '5 seconds' THEN
      RAISE NOTICE 'reconcile: dataset "%" at destination "%": % of % differing groups, % rows sent again', dataset, destination, taken, differing_groups, totals.resent;
      told_at := clock_timestamp();
    END IF;
  END LOOP;
  -- How many entities no source has is known only now: of more than may be marked as deleted, none is.
  IF failed_state IS NULL AND totals.target_only_left > 0 THEN
    totals.unmarked := lifecycle._why_unmarked(destination, dataset, totals.target_only_left, most_tombstones);
  END IF;
  IF failed_state IS NULL AND totals.target_only_left > 0 AND totals.unmarked IS NULL THEN
    totals.target_only_left := 0;
    FOR place IN 1 .. cardinality(gone_after) LOOP
      BEGIN
        SELECT * INTO step FROM lifecycle._reconcile_step(run, destination, dataset, lifecycle._group_batch(gone_after[place], gone_upto[place]), most_tombstones - totals.tombstones);
        moved := moved + step.bytes;
        totals.differing := totals.differing + step.differing;
        totals.source_only := totals.source_only + step.source_only;
        totals.resent := totals.resent + step.resent;
        totals.overwritten := totals.overwritten + step.overwritten;
        totals.tombstones := totals.tombstones + step.tombstones;
        totals.remaining := totals.remaining + step.remaining;
        totals.target_only_left := totals.target_only_left + step.target_only_left;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
      END;
      CALL lifecycle._next_transaction();
      EXIT WHEN failed_state IS NOT NULL;
    END LOOP;
  END IF;
  IF to_regclass('pg_temp.reconcile_groups') IS NOT NULL THEN
    DROP TABLE pg_temp.reconcile_groups;
  END IF;
  PERFORM lifecycle._conclude_parity(run, destination, dataset, day, overview.source_rows, overview.target_rows, overview.source_checksum, overview.target_checksum, to_jsonb(totals), moved,
    failed_state, failed_message);
  CALL lifecycle._next_transaction();
  IF target.kind = 'directory' AND failed_state IS NULL THEN
    BEGIN
      PERFORM lifecycle._write_export_manifest(destination, dataset);
      DROP TABLE pg_temp.reconcile_files;
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS failed_state = RETURNED_SQLSTATE, failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL, failed_hint = PG_EXCEPTION_HINT;
    END;
    CALL lifecycle._next_transaction();
  END IF;
END
$$;
COMMENT ON PROCEDURE lifecycle._reconcile_pair(bigint, text, text, date, text, text, text, text) IS
  'Internal: parity of one dataset at one destination: compares, narrows down, sends again, records and raises or resolves alerts; commits each step. Where it fails, that is recorded and handed to the caller. A dataset that was never delivered there is passed over.';
