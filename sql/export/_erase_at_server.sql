CREATE FUNCTION lifecycle._erase_at_server(destination text, dataset text, erasure_id bigint, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  target record;
  receiver text[];
  answer text[];
BEGIN
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _erase_at_server.destination;
  -- Beside the function that takes the batches.
  receiver := coalesce(parse_ident(target.options ->> 'receiver'), '{lifecycle,receive_batch}');
  SELECT a INTO answer FROM lifecycle._on_server(target.place::name,
    format('SELECT %s(CASE WHEN set_config(''lock_timeout'', $6, true) IS NOT NULL THEN $1 END, $2::name, $3::uuid[], $4::bytea, $5::bytea[])',
      concat_ws('.', quote_ident(CASE WHEN cardinality(receiver) > 1 THEN receiver[1] END), 'receive_erasure')),
    dataset, coalesce(target.options ->> 'warehouse', 'lifecycle'), entities::text, salt::text, addresses::text,
    coalesce(current_setting('lifecycle_ledger.delivery_lock_timeout', true), '30s')) a;
  RETURN answer[1];
END
$$;
COMMENT ON FUNCTION lifecycle._erase_at_server(text, text, bigint, uuid[], bytea, bytea[]) IS
  'Internal: an erasure on another PostgreSQL, by receive_erasure() there, in the schema of the function that takes the batches. Arguments as of _erase_at_schema().';
