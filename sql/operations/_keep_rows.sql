-- Runs for everybody's DDL: it touches nothing but pg_catalog until a guarded table is concerned, so that nobody needs privileges for it.
CREATE FUNCTION lifecycle._keep_rows() RETURNS event_trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Of pg_event_trigger_table_rewrite_reason(): values are computed anew, by whatever USING says, and no trigger of rows fires.
  retyped CONSTANT integer := 4;
BEGIN
  IF pg_event_trigger_table_rewrite_reason() & retyped <> 0 AND EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE t.tgrelid = pg_event_trigger_table_rewrite_oid() AND p.proname = '_append_only' AND n.nspname = 'lifecycle') THEN
    -- Those of a warehouse have to be brought back to their contract where they do not keep it, which nobody can tell from here.
    IF (SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'lifecycle' AND c.relname = 'warehouse_tables') THEN
      PERFORM FROM lifecycle.warehouse_tables w WHERE w.relation = coalesce(pg_partition_root(pg_event_trigger_table_rewrite_oid()), pg_event_trigger_table_rewrite_oid());
      IF FOUND THEN
        RETURN;
      END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('table "%s" is append-only: its rows are not written anew', pg_event_trigger_table_rewrite_oid()::regclass),
      DETAIL = 'The type of a column would be changed by computing its values again.', HINT = 'Add a column of the other type.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._keep_rows() IS
  'Internal: event trigger before a table is rewritten: refuses ALTER COLUMN … TYPE … USING on append-only tables (55000), which would change every row and fires none of their triggers; but for the tables of warehouses, whose types are their contracts'' matter.';
