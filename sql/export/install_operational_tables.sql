CREATE PROCEDURE lifecycle.install_operational_tables()
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
BEGIN
  PERFORM lifecycle._check_schema();
  PERFORM lifecycle._require_writable('install_operational_tables');
  PERFORM lifecycle._require_owner('install_operational_tables()');
  PERFORM lifecycle._lock_installation();
  PERFORM lifecycle._operational_objects();
  -- Their columns are named as the contract's.
  FOR source IN
    SELECT s.dataset, s.relation::regclass AS relation,
      s.mapping || (SELECT jsonb_object_agg(c.name, c.name) FROM lifecycle._contract_columns(d.contract) c
        JOIN pg_attribute a ON a.attrelid = s.relation::regclass AND a.attname = c.name AND NOT a.attisdropped) AS mapping
    FROM (VALUES ('dx_operation_runs_v1', 'lifecycle.finished_operation_runs', '{}'::jsonb), ('dx_operation_events_v1', 'lifecycle.operation_events', '{}'),
        ('dx_company_entities_v1', 'lifecycle.company_entities', '{}'), ('dx_person_entities_v1', 'lifecycle.person_entities', '{}'),
        ('dx_entity_snapshots_v1', 'lifecycle.entity_snapshots', '{}'),
        ('lifecycle_event_history', 'lifecycle.insight_events',
          '{"event_id": "id", "event_type": "type", "event_date": "created_at", "event_source": "channel", "event_context": "context"}')) s(dataset, relation, mapping)
      JOIN lifecycle.datasets d USING (dataset)
    WHERE NOT EXISTS (SELECT FROM lifecycle.dataset_sources o WHERE o.dataset = s.dataset)
  LOOP
    PERFORM lifecycle.register_dataset_source(source.dataset, source.relation, source.mapping);
  END LOOP;
END
$$;
COMMENT ON PROCEDURE lifecycle.install_operational_tables() IS
  'For those who have no such tables: creates operation_runs, operation_events, company_entities, person_entities, entity_snapshots and insight in schema lifecycle, as ordinary tables of the caller, and registers each as the source of its dataset where the dataset has none. Entities count their versions and keep each of them by triggers. Idempotent. Errors: 55000 before install(), 42501 for another role than the one that called it.';
