CREATE FUNCTION lifecycle.unregister_consumer(consumer text, dataset text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  removed bigint;
BEGIN
  PERFORM lifecycle._check_schema();
  DELETE FROM lifecycle.contract_consumers c WHERE c.consumer = unregister_consumer.consumer AND (unregister_consumer.dataset IS NULL OR c.dataset = unregister_consumer.dataset);
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF removed = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('no consumer "%s"%s is registered', consumer, ' of dataset "' || dataset || '"'),
      DETAIL = format('Registered: %s.', coalesce((SELECT string_agg(c.consumer || ' of ' || c.dataset, ', ' ORDER BY 1) FROM lifecycle.contract_consumers c), 'none')), HINT = 'Name one of them.';
  END IF;
  RETURN removed;
END
$$;
COMMENT ON FUNCTION lifecycle.unregister_consumer(text, text) IS
'Forgets a consumer, of one dataset or (null) of all: nobody waits for it any more. Returns how many registrations went. Errors: 42704 there is none.';
