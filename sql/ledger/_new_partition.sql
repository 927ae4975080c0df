CREATE FUNCTION lifecycle._new_partition(source_system text, model name, new_name name) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- For a rebuild the model is the partition, not its parent: the lock that LIKE takes is kept while the table is loaded, and would
  -- keep every other source from swapping so long.
  -- The CHECK lets the partition be attached without a scan.
  -- Room in each page lets a sync rewrite a row beside its old version, without touching an index.
  EXECUTE format($sql$
    CREATE TABLE lifecycle.%1$I (
      LIKE lifecycle.%4$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION INCLUDING COMMENTS,
      CONSTRAINT %2$I CHECK (source_system IS NOT NULL AND source_system = %3$L))
      WITH (fillfactor = 85)
    $sql$, new_name, 'contact_events_one_source', source_system, model);
  PERFORM lifecycle._give_to_ledger_owner(format('lifecycle.%I', new_name)::regclass);
  RETURN format('lifecycle.%I', new_name)::regclass;
END
$$;
COMMENT ON FUNCTION lifecycle._new_partition(text, name, name) IS 'Internal: an empty table for one source, shaped like a model (contact_events or its partition of that source), not attached yet, without indexes.';
