CREATE FUNCTION lifecycle._ensure_column(relation regclass, name name, definition text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Not ADD COLUMN IF NOT EXISTS: it would lock the table each time install() is called.
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = name AND NOT a.attisdropped) THEN
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', relation, name, definition);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_column(regclass, name, text) IS
  'Internal: adds a column where the table has none of that name; definition is its type and what follows it.';
