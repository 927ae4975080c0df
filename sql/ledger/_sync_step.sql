CREATE FUNCTION lifecycle._sync_step(run bigint, source_system text, mend boolean, step_begin timestamptz, INOUT horizon timestamptz,
  OUT next_begin timestamptz, OUT new_errors bigint, OUT new_warnings bigint, OUT resolved bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  compiled record;
  latest_change bigint;
  settled_until timestamptz;
  step_end timestamptz;
  after timestamptz;
  changed text;
  retry_keys text;
  lifted_keys text;
  any_lifted boolean;
  candidates text;
  everything boolean;
  counts record;
  settled boolean;
BEGIN
  SELECT * INTO source FROM lifecycle._source(_sync_step.source_system);
  PERFORM lifecycle._require_partition(source.source_system, source.partition_name);
  SELECT * INTO compiled FROM lifecycle._compile_mapping(source.relation, source.mapping);
  -- Both cuts are taken before the statement that reads, whose snapshot is therefore at least as new. The horizon of all steps is that of the
  -- first: a row that commits between two of them may be stamped with a time that they have passed.
  latest_change := lifecycle._latest_contact_change();
  IF step_begin IS NULL THEN
    horizon := lifecycle._settled_horizon();
  END IF;

  everything := mend OR compiled.change_column IS NULL OR source.watermark IS NULL;
  IF everything THEN
    candidates := format('FROM %s s', source.relation);
  ELSE
    after := coalesce(step_begin, source.watermark - source.look_back);
    step_end := lifecycle._step_end(source.relation, compiled.change_column, compiled.change_type, after);
    changed := lifecycle._change_predicate(source.relation, compiled.change_column, compiled.change_type,
      coalesce(source.mapping ->> 'time_zone', 'UTC'), after, step_end);
    IF step_begin IS NULL THEN
      IF EXISTS (SELECT FROM lifecycle.contact_changes c WHERE c.change_id > source.contacts_applied) THEN
        retry_keys := lifecycle._retry_keys_query(source.source_system, source.contacts_applied, latest_change);
      END IF;
      lifted_keys := lifecycle._lifted_keys_query(source.source_system);
      EXECUTE format('SELECT EXISTS (%s)', lifted_keys) INTO any_lifted;
      IF any_lifted THEN
        retry_keys := concat_ws(' UNION ', '(' || retry_keys || ')', lifted_keys);
      END IF;
    ELSE
      -- The first step applied what was known then; what came since is the next run's.
      latest_change := source.contacts_applied;
    END IF;
    candidates := lifecycle._changed_rows(source.relation, compiled, changed, retry_keys);
  END IF;

  EXECUTE lifecycle._apply_query(source.source_system,
    lifecycle._projection_query(source.source_system, source.relation, source.mapping, candidates),
    everything, mend, source.mapping ? 'contact_id' AND source.mapping ? 'contact_email')
    INTO counts;
  IF counts.rows_in <> counts.written + counts.unchanged + counts.superseded + counts.held THEN
    RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
      MESSAGE = format('contact_events of source "%s" was changed by another session while the run wrote to it', _sync_step.source_system),
      DETAIL = format('%s rows were to be written, %s of them were no longer there.', counts.rows_in - counts.unchanged - counts.superseded - counts.held,
        counts.rows_in - counts.written - counts.unchanged - counts.superseded - counts.held),
      HINT = 'Call again. Rows of the ledger are the runs'' to write; what else writes to them is best ended.';
  END IF;
  PERFORM lifecycle._count_rows(run, counts.rows_in, counts.written, counts.unchanged, counts.superseded, 0, counts.held, counts.deleted);

  -- Contacts that changed since the directory was refreshed may change back before it is again, and nobody would look at these rows
  -- any more: unless the directory has the contacts that this step saw, the next run looks at its rows once more.
  settled := coalesce(counts.contacts_digest = (SELECT s.digest FROM lifecycle.contact_directory_state s), counts.rows_in = 0);
  next_begin := CASE WHEN settled THEN step_end END;
  new_errors := counts.new_errors;
  new_warnings := counts.new_warnings;
  resolved := counts.resolved;
  settled_until := CASE WHEN compiled.change_column IS NULL THEN NULL WHEN horizon > step_end THEN step_end ELSE horizon END;
  -- A run that read nothing leaves no trace but its log line: the old watermark serves as well.
  UPDATE lifecycle.sources s SET
      watermark = CASE WHEN settled THEN greatest(s.watermark, settled_until) WHEN NOT everything THEN s.watermark END,
      contacts_applied = CASE WHEN settled THEN greatest(s.contacts_applied, latest_change) ELSE s.contacts_applied END,
      loaded_at = coalesce(s.loaded_at, now())
    WHERE s.source_system = source.source_system
      AND (s.loaded_at IS NULL OR s.contacts_applied < latest_change OR NOT settled
        OR (counts.rows_in > 0 AND settled_until > s.watermark) OR (s.watermark IS NULL AND settled_until IS NOT NULL));
END
$$;
COMMENT ON FUNCTION lifecycle._sync_step(bigint, text, boolean, timestamptz, timestamptz) IS
  'Internal: one transaction of a sync (changed rows) or of a reconcile (mend: every row and every column). Returns where the next step begins, null after the last, and the horizon, which is to be handed to it.';
