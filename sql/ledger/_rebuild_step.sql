-- A procedure, though it does not commit: rows can only be loaded frozen where no enclosing query holds a snapshot.
CREATE PROCEDURE lifecycle._rebuild_step(run bigint, source_system text, INOUT new_errors bigint, INOUT new_warnings bigint,
  INOUT resolved bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  compiled record;
  latest_change bigint;
  horizon timestamptz;
  new_table regclass;
  loaded record;
  gone bigint;
  superseded bigint;
BEGIN
  SELECT * INTO source FROM lifecycle._source(_rebuild_step.source_system);
  PERFORM lifecycle._require_partition(source.source_system, source.partition_name);
  SELECT * INTO compiled FROM lifecycle._compile_mapping(source.relation, source.mapping);
  latest_change := lifecycle._latest_contact_change();
  horizon := lifecycle._settled_horizon();
  new_table := lifecycle._new_partition(source.source_system, source.partition_name, (left(source.partition_name, 55) || '_new')::name);
  CREATE TEMPORARY TABLE lifecycle_ledger_rejects (reject_code text, record_id text, given_id text, given_email text, time_text text, given_type text,
    copies bigint, candidates text, body jsonb) ON COMMIT DROP;
  -- Made before the load, which fills them from the rows as they pass by.
  PERFORM lifecycle._index_like_ledger(new_table);
  -- Frozen: a reader whose snapshot is older than the swap sees the new rows whole, never an empty partition.
  SELECT * INTO loaded FROM lifecycle._load(
    -- What is found of a row is noted as it passes by, with the contacts that it was resolved by: neither rows nor contacts are read again.
    format($sql$
      SELECT p.contact_id, p.contact_email, p.event_type, p.event_name, p.event_source, p.event_timestamp, p.source_system, p.source_record_id, p.payload,
        p.ingested_at, p.event_fingerprint,
        CASE WHEN p.reject_code IS NOT NULL THEN p.reject_code WHEN p.contact_id IS NULL THEN '+orphan' %s END AS reject_code,
        p.record_id, p.given_id, p.given_email, p.time_text, p.given_type, p.copies,
        CASE WHEN p.reject_code = 'ambiguous' THEN array_to_string(lifecycle._contact_candidates(p.given_email), ', ') END AS candidates, p.body
      FROM (%s) p
      $sql$,
      CASE WHEN source.mapping ? 'contact_id' AND source.mapping ? 'contact_email' THEN
        'WHEN lifecycle._contact_mismatch(p.contact_id, p.contact_email) THEN ''+contact_mismatch''' END,
      lifecycle._projection_query(source.source_system, source.relation, source.mapping, format('FROM %s s', source.relation))),
    new_table, 'pg_temp.lifecycle_ledger_rejects'::regclass, frozen => true);
  EXECUTE format($sql$
    WITH findings AS (
      SELECT record_id, reject_code AS code, given_id, given_email, time_text, given_type, copies, candidates, body FROM pg_temp.lifecycle_ledger_rejects
      WHERE reject_code <> 'superseded' AND NOT starts_with(reject_code, '+')
      UNION ALL
      SELECT record_id, 'duplicate_record_id', NULL, NULL, NULL, NULL, copies, NULL, NULL FROM pg_temp.lifecycle_ledger_rejects WHERE reject_code = 'superseded'
      UNION ALL
      SELECT record_id, substr(reject_code, 2), CASE WHEN reject_code <> '+orphan' THEN given_id END, given_email, NULL, NULL, 1, NULL, NULL
      FROM pg_temp.lifecycle_ledger_rejects WHERE starts_with(reject_code, '+')
    ),
    -- What a resolved finding became is only looked up for rows that had one.
    examined AS MATERIALIZED (
      SELECT l.source_record_id, coalesce(format('The row now belongs to contact "%%s".', l.contact_id), 'The row is now in the ledger.') AS resolution
      FROM %1$s l WHERE l.source_record_id IN (
        SELECT i.source_record_id FROM lifecycle.issues i WHERE i.source_system = %2$L AND i.resolved_at IS NULL)
    ),
    %3$s
    SELECT (SELECT count(*) FROM opened WHERE severity = 'error'), (SELECT count(*) FROM opened WHERE severity = 'warning'),
      (SELECT count(*) FROM resolved), (SELECT count(*) FROM pg_temp.lifecycle_ledger_rejects WHERE reject_code = 'superseded')
    $sql$, new_table,
    source.source_system, lifecycle._findings_ctes(source.source_system, true))
    INTO new_errors, new_warnings, resolved, superseded;

  gone := lifecycle._count_gone(format('lifecycle.%I', source.partition_name)::regclass, new_table);
  PERFORM lifecycle._swap_partition(source.source_system, source.partition_name, new_table);
  DROP TABLE pg_temp.lifecycle_ledger_rejects;
  UPDATE lifecycle.sources s
    SET loaded_at = now(), contacts_applied = latest_change,
      watermark = CASE WHEN compiled.change_column IS NOT NULL THEN greatest(s.watermark, horizon) END
    WHERE s.source_system = source.source_system;
  PERFORM lifecycle._count_rows(run, loaded.rows_in, loaded.written, 0, superseded, 0, loaded.rejected - superseded, gone);
END
$$;
COMMENT ON PROCEDURE lifecycle._rebuild_step(bigint, text, bigint, bigint, bigint) IS
  'Internal: loads a source whole into a new partition beside the live one and swaps it in, in one transaction.';
