CREATE FUNCTION lifecycle._erase_at_schema(destination text, dataset text, erasure_id bigint, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  timeout_before text := current_setting('lock_timeout');
  redacted bigint;
BEGIN
  PERFORM set_config('lock_timeout', current_setting('lifecycle_ledger.delivery_lock_timeout'), true);
  redacted := lifecycle.receive_erasure(dataset, (SELECT d.place::name FROM lifecycle.destinations d WHERE d.destination = _erase_at_schema.destination), entities, salt, addresses);
  PERFORM set_config('lock_timeout', timeout_before, true);
  RETURN redacted;
END
$$;
COMMENT ON FUNCTION lifecycle._erase_at_schema(text, text, bigint, uuid[], bytea, bytea[]) IS
  'Internal: an erasure in a warehouse in this database. Each kind of destination has a function _erase_at_KIND of these arguments, which returns how many rows it redacted.';
