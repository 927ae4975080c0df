CREATE FUNCTION lifecycle.acknowledge_migration(consumer text, version text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  migrated text[];
  former text[];
BEGIN
  PERFORM lifecycle._check_schema();
  IF consumer IS NULL OR version IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'acknowledge_migration() needs a consumer and a version',
      HINT = 'SELECT lifecycle.acknowledge_migration(''hq'', ''dx_operation_runs_v2''); or, for everything it reads, (''hq'', ''v2'');';
  END IF;
  -- A successor by its name, or all successors of that major version.
  SELECT array_agg(m.dataset ORDER BY m.dataset), array_agg(m.dataset ORDER BY m.dataset) FILTER (WHERE c.migrated_to IS NULL) INTO former, migrated
    FROM lifecycle.contract_migrations m JOIN lifecycle.datasets d ON d.dataset = m.successor JOIN lifecycle.contract_consumers c ON c.dataset = m.dataset
    WHERE c.consumer = acknowledge_migration.consumer AND (m.successor = acknowledge_migration.version OR 'v' || split_part(d.version, '.', 1) = acknowledge_migration.version);
  IF former IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('consumer "%s" has nothing to migrate to "%s"', consumer, version),
      DETAIL = format('Successors of what it is registered for: %s. Consumers: %s.',
        coalesce((SELECT string_agg(m.successor, ', ' ORDER BY 1) FROM lifecycle.contract_migrations m JOIN lifecycle.contract_consumers c USING (dataset) WHERE c.consumer = acknowledge_migration.consumer), 'none'),
        coalesce((SELECT string_agg(DISTINCT c.consumer, ', ') FROM lifecycle.contract_consumers c), 'none')),
      HINT = 'version is the name of the successor, such as dx_operation_runs_v2, or v2 for all; SELECT * FROM lifecycle.deprecations; shows them. A consumer is registered by register_consumer() for the dataset it reads now.';
  ELSIF migrated IS NULL THEN
    RETURN format('%s had acknowledged already.', consumer);
  END IF;
  UPDATE lifecycle.contract_consumers c SET migrated_to = m.successor, migrated_at = now(), migrated_by = session_user
    FROM lifecycle.contract_migrations m WHERE m.dataset = c.dataset AND c.consumer = acknowledge_migration.consumer AND c.dataset = ANY (migrated) AND c.migrated_to IS NULL;
  -- From now on it is one of the successor's.
  INSERT INTO lifecycle.contract_consumers (consumer, dataset, contact)
    SELECT c.consumer, c.migrated_to, c.contact FROM lifecycle.contract_consumers c WHERE c.consumer = acknowledge_migration.consumer AND c.dataset = ANY (migrated) ON CONFLICT DO NOTHING;
  RETURN format('%s no longer needs %s. %s', consumer, array_to_string(migrated, ', '),
    (SELECT string_agg(format('%s %s.', p.dataset, p.verdict), ' ' ORDER BY p.dataset) FROM lifecycle.deprecations p WHERE p.dataset = ANY (migrated)));
END
$$;
COMMENT ON FUNCTION lifecycle.acknowledge_migration(text, text) IS
'A consumer''s word that its migration is complete: it reads the successor, and the deprecated dataset is no longer needed on its account. version is the successor''s name, such as dx_operation_runs_v2, or v2 for every dataset the consumer is registered for that has a successor of that version. The consumer is registered for the successor from then on. register_consumer() takes an acknowledgement back. Returns what is still waited for. Errors: 42704 where it is not registered or there is no such successor, 22004.';
