CREATE FUNCTION lifecycle._count_gone(old_table regclass, new_table regclass) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- Both keys are at hand in order, and loaded rows are all-visible: walking the two indexes side by side reads no row. The planner
-- does not know yet how new the tables are.
SET enable_hashjoin = off
SET enable_nestloop = off
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
  gone bigint;
BEGIN
  EXECUTE format('SELECT count(*) FROM %s o WHERE NOT EXISTS (SELECT FROM %s n WHERE n.source_record_id = o.source_record_id)', old_table, new_table)
    INTO gone;
  RETURN gone;
END
$$;
COMMENT ON FUNCTION lifecycle._count_gone(regclass, regclass) IS
  'Internal: how many record ids of a source''s partition the partition that replaces it no longer has.';
