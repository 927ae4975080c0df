CREATE FUNCTION lifecycle._protect_partitions(parent regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  partition regclass;
BEGIN
  -- Policies hold where a query names their table. Partitions have none: with row security on, whoever is not the owner finds nothing
  -- by naming one, whatever was granted.
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = parent) THEN
    FOR partition IN SELECT p.relid FROM pg_partition_tree(parent) p JOIN pg_class c ON c.oid = p.relid
      WHERE p.relid <> parent AND NOT c.relrowsecurity AND c.relkind IN ('r', 'p')
    LOOP
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', partition);
    END LOOP;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._protect_partitions(regclass) IS
  'Internal: switches row-level security on in the partitions of a table that has it, so that a partition shows nothing to whom the table would not. Idempotent.';
