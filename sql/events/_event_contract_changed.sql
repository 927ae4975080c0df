CREATE FUNCTION lifecycle._event_contract_changed() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    PERFORM FROM changed LIMIT 1;
    IF NOT FOUND THEN
      RETURN NULL;
    END IF;
  END IF;
  UPDATE lifecycle.event_contract_version SET version = gen_random_uuid(), changed_at = clock_timestamp();
  -- Compiles what is now in the tables: rules that cannot be compiled are an error here, not where events come in.
  PERFORM lifecycle.event_name_problem('contract_changed');
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._event_contract_changed() IS
'Internal: after each statement that changed a table of the event contract; gives the contract a new version, by which every backend notices, and refuses rules that cannot be compiled.';
