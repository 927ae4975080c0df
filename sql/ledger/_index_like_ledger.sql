CREATE FUNCTION lifecycle._index_like_ledger(new_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  parent record;
  index_name name;
BEGIN
  -- There before the swap, users' own indexes included: ATTACH then only links them, under a short lock.
  FOR parent IN
    SELECT c.relname, i.indisunique, con.conname, con.contype,
      -- "CREATE [UNIQUE] INDEX name ON ONLY lifecycle.contact_events USING ...": what follows the table's name is the same for every partition.
      substr(pg_get_indexdef(i.indexrelid), length(format('CREATE %sINDEX %I ON ONLY %I.%I', CASE WHEN i.indisunique THEN 'UNIQUE ' END,
        c.relname, 'lifecycle', 'contact_events')) + 1) AS definition
    FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.contype IN ('p', 'u')
    WHERE i.indrelid = 'lifecycle.contact_events'::regclass
    ORDER BY i.indisprimary DESC, c.relname
  LOOP
    index_name := left(md5(parent.relname), 12) || '_new_' || new_table::oid::text;
    EXECUTE format('CREATE %sINDEX %I ON %s%s', CASE WHEN parent.indisunique THEN 'UNIQUE ' END, index_name, new_table, parent.definition);
    IF parent.contype IS NOT NULL THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I', new_table, index_name,
        CASE parent.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, index_name);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._index_like_ledger(regclass) IS 'Internal: gives a table every index and key that contact_events has: a loaded one, or an empty one that _load() fills with them.';
