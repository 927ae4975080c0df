CREATE FUNCTION lifecycle.register_consumer(consumer text, dataset text, contact text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  state record;
BEGIN
  PERFORM lifecycle._check_schema();
  IF consumer IS NULL OR dataset IS NULL OR consumer = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'register_consumer() needs a consumer and a dataset',
      HINT = 'SELECT lifecycle.register_consumer(''hq'', ''dx_operation_runs_v1'', contact => ''data@hq.example'');';
  END IF;
  PERFORM lifecycle._dataset_contract(dataset);
  SELECT d.status, m.successor INTO state FROM lifecycle.datasets d LEFT JOIN lifecycle.contract_migrations m USING (dataset) WHERE d.dataset = register_consumer.dataset FOR SHARE OF d;
  IF state.status = 'retired' THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" is retired', dataset), HINT = format('Register for %s.', coalesce(state.successor, 'another one'));
  END IF;
  INSERT INTO lifecycle.contract_consumers AS c (consumer, dataset, contact) VALUES (consumer, dataset, contact)
  ON CONFLICT ON CONSTRAINT contract_consumers_pkey DO UPDATE SET contact = coalesce(excluded.contact, c.contact), migrated_to = NULL, migrated_at = NULL, migrated_by = NULL;
  RETURN format('%s reads %s%s.', consumer, dataset, ', which is deprecated: ' || state.successor || ' succeeds it');
END
$$;
COMMENT ON FUNCTION lifecycle.register_consumer(text, text, text) IS
'Notes that somebody reads a dataset, so that it is not retired before they have acknowledged its successor. Registering again sets the contact and takes an acknowledgement back. Errors: 42704 unknown dataset, 55000 a retired one, 22004.';
