CREATE FUNCTION lifecycle._refuse_early(relation oid, columns text[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dropped oid := CASE WHEN columns IS NULL THEN relation END;
  broken record;
BEGIN
  IF to_regclass('lifecycle.warehouse_tables') IS NULL OR NOT has_table_privilege('lifecycle.warehouse_tables', 'SELECT') THEN
    RETURN;
  END IF;
  IF dropped IS NOT NULL THEN
    SELECT i.indrelid, ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0 : i.indnkeyatts - 1]) k(number) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number <> 0)
      INTO relation, columns FROM pg_index i WHERE i.indexrelid = dropped AND i.indisunique AND i.indpred IS NULL;
  END IF;
  SELECT w.warehouse, w.dataset, w.contract, t.oid::regclass AS table_name INTO broken
    FROM lifecycle.warehouse_tables w JOIN lifecycle.warehouses h USING (warehouse)
      JOIN pg_class t ON t.oid IN (w.relation, w.key_relation) AND t.oid = coalesce(pg_partition_root(_refuse_early.relation), _refuse_early.relation)
    -- A key of the contract that the columns are; or, of one that is to be, that they have among them: then it refuses nothing.
    WHERE (dropped IS NOT NULL) = EXISTS (SELECT FROM lifecycle._contract_keys(w.contract, w.relation, w.key_relation, h.distributable) k WHERE k.of_table = t.oid AND k.names::text[] <@ columns
      AND (dropped IS NULL OR columns <@ k.names::text[]));
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('%s INDEX would break the contract %s %s, which table %I.%I keeps', CASE WHEN dropped IS NULL THEN 'CREATE' ELSE 'DROP' END, broken.dataset, broken.contract ->> 'version', broken.warehouse, broken.dataset),
      DETAIL = CASE WHEN dropped IS NULL THEN format('A unique index on (%s) of %s refuses rows that the contract allows.', array_to_string(columns, ', ', 'an expression'), relation::regclass)
        ELSE format('%s keeps a key of the contract unique: (%s).', dropped::regclass, array_to_string(columns, ', ')) END,
      HINT = CASE WHEN dropped IS NULL THEN lifecycle._next_major_hint(broken.contract) || format(' A warehouse that is to be given up is let go by SELECT lifecycle.unregister_warehouse(%L).', broken.warehouse)
        ELSE 'Where another index keeps it, too: DROP INDEX without CONCURRENTLY.' END;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._refuse_early(oid, text[]) IS
  'Internal: raises 55000 where a unique index on these columns of a table (null: an expression) is none that the contract of a warehouse''s table knows; or, columns null, where the index that relation is keeps a key of the contract. What _keep_contracts_early() asks.';
