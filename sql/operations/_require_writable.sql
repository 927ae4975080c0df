CREATE FUNCTION lifecycle._require_writable(procedure text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
      MESSAGE = format('%s() writes, and this server is a standby', procedure),
      HINT = 'Call it on the primary; what it writes comes here by replication.';
  ELSIF current_setting('transaction_read_only')::boolean THEN
    RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction',
      MESSAGE = format('%s() writes, and this session''s transactions are read-only', procedure),
      DETAIL = format('default_transaction_read_only is %s, as set by %s.', current_setting('default_transaction_read_only'),
        (SELECT s.source FROM pg_settings s WHERE s.name = 'default_transaction_read_only')),
      HINT = 'SET default_transaction_read_only = off; then call it again.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_writable(text) IS 'Internal: raises 25006, with the mend, on a standby and in a read-only session, before a procedure writes.';
