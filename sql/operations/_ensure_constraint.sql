CREATE FUNCTION lifecycle._ensure_constraint(relation regclass, name name, definition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = relation AND c.conname = name) THEN
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', relation, name, definition);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_constraint(regclass, name, text) IS
  'Internal: adds a constraint where the table has none of that name: one that calls a function goes with DROP EXTENSION … CASCADE.';
