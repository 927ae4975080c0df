CREATE FUNCTION lifecycle._may_alter_rows(target regclass) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (
    SELECT FROM (SELECT target AS relid UNION SELECT p.relid FROM pg_partition_tree(target) p) r JOIN pg_class c ON c.oid = r.relid
    WHERE c.relkind NOT IN ('r', 'p') OR c.relhasrules
      OR EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        -- INSERT is bit 4 of the type, UPDATE 16. Those the server made (foreign keys) refuse, and alter nothing; our own as well.
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 20 <> 0 AND p.pronamespace <> 'lifecycle'::regnamespace))
$$;
COMMENT ON FUNCTION lifecycle._may_alter_rows(regclass) IS
  'Internal: whether something could make of a row that is written to a table another one, or none: triggers and rules of its own or of a partition, or a partition that is a foreign table. A policy refuses, and alters nothing.';
