CREATE FUNCTION lifecycle.retire_dataset(dataset text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb;
  state record;
  obstacles text;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_owner('retire_dataset()');
  contract := lifecycle._dataset_contract(dataset);
  PERFORM lifecycle._lock_installation();
  SELECT d.status, m.* INTO state FROM lifecycle.datasets d LEFT JOIN lifecycle.contract_migrations m USING (dataset) WHERE d.dataset = retire_dataset.dataset FOR UPDATE OF d;
  IF state.status = 'retired' THEN
    RETURN format('%s is retired, since %s.', dataset, state.retired_at);
  ELSIF state.successor IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" is not deprecated', dataset), DETAIL = 'Nothing takes its place.',
      HINT = lifecycle._next_major_hint(contract);
  END IF;
  SELECT string_agg(o.obstacle, '; ') INTO obstacles FROM lifecycle._retirement_obstacles(dataset) o;
  IF obstacles IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" cannot be retired yet', dataset), DETAIL = upper(left(obstacles, 1)) || substr(obstacles, 2) || '.',
      HINT = format('Each consumer says when it is done: SELECT lifecycle.acknowledge_migration(consumer, ''%s''); one that is gone is taken out by unregister_consumer(). SELECT * FROM lifecycle.deprecations; shows all.', state.successor);
  END IF;
  UPDATE lifecycle.contract_migrations m SET retired_at = now() WHERE m.dataset = retire_dataset.dataset;
  UPDATE lifecycle.datasets d SET status = 'retired', contract = jsonb_set(d.contract, '{status}', '"retired"') WHERE d.dataset = retire_dataset.dataset;
  DELETE FROM lifecycle.warehouse_tables w WHERE w.dataset = retire_dataset.dataset;
  RETURN format('%s is retired: it is no longer exported, %s is. Its tables stay, and may be dropped.', dataset, state.successor);
END
$$;
COMMENT ON FUNCTION lifecycle.retire_dataset(text) IS
'Ends a deprecated dataset: it is no longer exported, its tables stay and may be altered or dropped. Only when at least one consumer was registered, all of them have acknowledged the successor, and at least two release cycles (release_policy) have passed since it was published. Again: changes nothing. For the owner of the tables. Errors: 55000 not deprecated, or too early, saying who is missing and when it becomes possible; 42704 unknown dataset.';
