CREATE FUNCTION lifecycle._ensure_trigger(relation regclass, name name, fires text, calls text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Not CREATE OR REPLACE: it would lock the table each time install() is called.
  IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = relation AND t.tgname = name) THEN
    EXECUTE format('CREATE TRIGGER %I %s ON %s FOR EACH ROW EXECUTE FUNCTION %s', name, fires, relation, calls);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_trigger(regclass, name, text, text) IS
  'Internal: creates a row trigger of that name where the table has none; fires is such as BEFORE INSERT, calls the function with its arguments.';
