CREATE FUNCTION lifecycle._check_account(server text, sent bigint, received bigint, written bigint, unchanged bigint, dead bigint) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF received IS DISTINCT FROM sent OR written + unchanged + dead IS DISTINCT FROM sent THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('server "%s" accounts for other rows than were sent', server),
      DETAIL = format('%s were sent; there %s came in, %s were written, %s unchanged, %s refused.', sent, received, written, unchanged, dead);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_account(text, bigint, bigint, bigint, bigint, bigint) IS 'Internal: raises XX001 where another server accounts for other rows of a batch than were sent to it.';
