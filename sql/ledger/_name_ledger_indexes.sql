CREATE FUNCTION lifecycle._name_ledger_indexes(partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  child record;
BEGIN
  FOR child IN
    SELECT i.indexrelid::regclass AS index, left(t.relname || substr(p.relname, length('contact_events') + 1), 63) AS wanted
    FROM pg_index i
      JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_inherits h ON h.inhrelid = i.indexrelid
      JOIN pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = partition AND p.relname LIKE 'contact\_events%'
  LOOP
    CONTINUE WHEN to_regclass(format('lifecycle.%I', child.wanted)) IS NOT NULL;
    EXECUTE format('ALTER INDEX %s RENAME TO %I', child.index, child.wanted);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._name_ledger_indexes(regclass) IS
  'Internal: gives the indexes of an attached partition of contact_events the names that PostgreSQL itself would have given them, where these are free.';
