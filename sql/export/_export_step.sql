CREATE FUNCTION lifecycle._export_step(run bigint, destination text, dataset text, relation regclass, INOUT step_begin timestamptz, INOUT horizon timestamptz,
  OUT goes_on boolean, OUT batches bigint, OUT rejected bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  source record;
  contract jsonb := lifecycle._dataset_contract(dataset);
  compiled record;
  at record;
  cut record;
  after timestamptz;
  settled timestamptz;
  step_end timestamptz;
  reread interval;
  condition text := 'true';
  query text;
  memory integer;
  any_new boolean;
  is_fresh boolean;
  sent record;
BEGIN
  goes_on := false;
  batches := 0;
  rejected := 0;
  SELECT * INTO source FROM lifecycle.dataset_sources s WHERE s.dataset = _export_step.dataset AND s.relation = _export_step.relation;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lifecycle._require_source(dataset, relation);
  PERFORM lifecycle._lock_delivery(destination, dataset);
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, source.mapping, contract);
  IF (SELECT x.has_xid FROM lifecycle._xid_cut(relation) x) THEN
    SELECT * INTO cut FROM lifecycle._exact_cut(destination, dataset, relation);
    EXECUTE format('SELECT EXISTS (SELECT FROM %s s WHERE %s)', relation, cut.condition) INTO any_new;
    IF any_new THEN
      SELECT * INTO sent FROM lifecycle._send_directly(run, destination, dataset, relation, source.mapping, cut.condition, 'export');
      IF sent.batches IS NULL THEN
        SELECT * INTO sent FROM lifecycle._send_rows(run, destination, dataset, lifecycle._dataset_source_query(dataset, relation, source.mapping, cut.condition), 'export', in_table => sent.refused) s;
      END IF;
      batches := sent.batches;
      rejected := sent.rejected;
    END IF;
    goes_on := cut.next_xid IS NOT NULL;
    IF any_new OR EXISTS (SELECT FROM lifecycle.export_positions p WHERE p.destination = _export_step.destination AND p.dataset = _export_step.dataset
        AND p.relation = _export_step.relation AND p.upto IS NOT NULL) THEN
      PERFORM lifecycle._move_position(destination, dataset, relation, CASE WHEN goes_on THEN cut.seen ELSE cut.upto END, CASE WHEN goes_on THEN cut.upto END, cut.next_xid, NULL);
    END IF;
    RETURN;
  END IF;

  SELECT p.position_id, p.watermark INTO at FROM lifecycle.export_positions p
    WHERE p.destination = _export_step.destination AND p.dataset = _export_step.dataset AND p.relation = _export_step.relation;
  IF compiled.change_column IS NOT NULL THEN
    -- In a statement before the one that reads, whose snapshot is therefore at least as new; and for all steps that of the first: a row that
    -- commits between two of them may be stamped with a time that they have passed.
    IF step_begin IS NULL THEN
      horizon := coalesce(lifecycle._settled_horizon(), '-infinity');
    END IF;
    after := coalesce(step_begin, at.watermark - source.look_back, '-infinity');
    step_end := lifecycle._step_end(relation, compiled.change_column, compiled.change_type, after);
    condition := lifecycle._change_predicate(relation, compiled.change_column, compiled.change_type, coalesce(source.mapping ->> 'time_zone', 'UTC'), after, step_end);
    -- How far from the watermark on rows are read again; days and local times by whole days, whatever their zone.
    reread := source.look_back + CASE WHEN compiled.change_type = 'timestamp with time zone' THEN interval '0' ELSE interval '3 days' END;
  END IF;
  memory := coalesce(at.position_id, lifecycle._move_position(destination, dataset, relation, NULL, NULL, NULL, NULL));
  query := lifecycle._dataset_source_query(dataset, relation, source.mapping, condition);
  EXECUTE format('SELECT EXISTS (SELECT FROM (%s) r WHERE r."reject code" IS NOT NULL OR NOT r."is known")', lifecycle._staged_rows_query(contract, query, memory)) INTO any_new;
  IF any_new THEN
    -- The first time all that is sent is remembered as it is; with a change column only part of it is to be.
    is_fresh := compiled.change_column IS NULL AND lifecycle._takes_rows('lifecycle.export_sent') AND NOT EXISTS (SELECT FROM lifecycle.export_sent m WHERE m.position_id = memory);
    IF is_fresh THEN
      SELECT d.batches, d.rejected, d.refused, true AS is_remembered INTO sent FROM lifecycle._send_directly(run, destination, dataset, relation, source.mapping, condition, 'export', memory) d;
    ELSE
      SELECT NULL::bigint AS batches, false AS refused INTO sent;
    END IF;
    IF sent.batches IS NULL THEN
      SELECT * INTO sent FROM lifecycle._send_rows(run, destination, dataset, query, 'export', memory, is_fresh => is_fresh, in_table => sent.refused) s;
    END IF;
    batches := sent.batches;
    rejected := sent.rejected;
    IF compiled.change_column IS NULL THEN
      IF NOT sent.is_remembered THEN
        PERFORM lifecycle._remember_sent(memory, NULL);
      END IF;
    ELSE
      settled := greatest(at.watermark, least(horizon, step_end));
      PERFORM lifecycle._remember_sent(memory, settled - reread);
      PERFORM lifecycle._move_position(destination, dataset, relation, NULL, NULL, NULL, nullif(settled, '-infinity'));
    END IF;
  END IF;
  step_begin := step_end;
  goes_on := step_end IS NOT NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._export_step(bigint, text, text, regclass, timestamptz, timestamptz) IS
  'Internal: one transaction of an export: the next rows of a source that a destination has not got, by the cut that the source allows, sent and recorded, and the position moved with them. goes_on: there is more; step_begin and horizon are to be handed back then.';
