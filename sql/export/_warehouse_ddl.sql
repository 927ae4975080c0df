CREATE FUNCTION lifecycle._warehouse_ddl(contract jsonb, warehouse name, distributable boolean) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shape record;
  dataset text := contract ->> 'name';
  present regclass := to_regclass(format('%I.%I', warehouse, dataset));
  columns text;
  additions text;
  widenings text;
  comments text;
  key_columns name[];
  keys text;
  ddl text;
BEGIN
  SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
  -- Columns of keys compare by bytes: that is fast, and means the same on every server.
  SELECT string_agg(format('%I %s%s%s', c.name, c.type, CASE WHEN c.is_key AND c.type IN ('text') OR c.is_key AND c.type LIKE 'varchar%' THEN ' COLLATE "C"' END,
        CASE WHEN c.required THEN ' NOT NULL' END), ', ' ORDER BY c.place),
      string_agg(format('SELECT lifecycle._ensure_column(%L, %L, %L);', format('%I.%I', warehouse, dataset), c.name, c.type), E'\n' ORDER BY c.place) FILTER (WHERE NOT c.required),
      -- A text that a later version has made wider.
      string_agg(format('ALTER TABLE %I.%I ALTER COLUMN %I TYPE %s;', warehouse, dataset, c.name, c.type), E'\n' ORDER BY c.place) FILTER (WHERE EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = present AND a.attname = c.name AND a.atttypid = 'varchar'::regtype AND a.atttypmod > 4
          AND a.atttypmod - 4 < lifecycle._text_limit(c.type))),
      string_agg(format('COMMENT ON COLUMN %I.%I.%I IS %L;', warehouse, dataset, c.name, c.description), E'\n' ORDER BY c.place)
        -- Not of a column that somebody dropped.
        FILTER (WHERE NOT c.required OR present IS NULL OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = present AND a.attname = c.name))
    INTO columns, additions, widenings, comments
    FROM (SELECT k.*, k.key_position IS NOT NULL OR EXISTS (SELECT FROM jsonb_array_elements(shape.guards) g WHERE g ? k.name::text) AS is_key
      FROM lifecycle._contract_columns(contract) k) c;
  SELECT string_agg(format('UNIQUE (%s)', (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM jsonb_array_elements_text(g) WITH ORDINALITY AS x(name, place))), ', ')
    INTO keys FROM jsonb_array_elements(shape.guards) g;
  IF shape.partitioned THEN
    key_columns := ARRAY(SELECT name FROM unnest(shape.tenant || shape.key || shape.time_column) WITH ORDINALITY AS u(name, place) GROUP BY name ORDER BY min(place));
    ddl := format('CREATE TABLE IF NOT EXISTS %I.%I (%s, PRIMARY KEY (%s)) PARTITION BY RANGE (%I);', warehouse, dataset, columns,
        (SELECT string_agg(quote_ident(name), ', ') FROM unnest(key_columns) name), shape.time_column)
      || format(E'\nCREATE TABLE IF NOT EXISTS %I.%I (%s, PRIMARY KEY (%s)%s);', warehouse, shape.key_table,
        (SELECT string_agg(format('%I %s NOT NULL', c.name, c.type), ', ' ORDER BY c.key_position, c.place) FROM lifecycle._contract_columns(contract) c
          WHERE c.name = ANY (key_columns) OR EXISTS (SELECT FROM jsonb_array_elements(shape.guards) g WHERE g ? c.name::text)),
        (SELECT string_agg(quote_ident(name), ', ') FROM unnest(shape.key) name), ', ' || keys)
      || format(E'\nCOMMENT ON TABLE %I.%I IS %L;', warehouse, shape.key_table,
        format('One narrow row for every row of %s: what makes its key unique over all partitions. Written with it.', dataset))
      || (SELECT string_agg(format(E'\nCOMMENT ON COLUMN %I.%I.%I IS %L;', warehouse, shape.key_table, c.name, c.description), '') FROM lifecycle._contract_columns(contract) c
          WHERE c.name = ANY (key_columns) OR EXISTS (SELECT FROM jsonb_array_elements(shape.guards) g WHERE g ? c.name::text));
  ELSE
    key_columns := CASE WHEN distributable AND shape.tenant <> ALL (shape.key) THEN shape.tenant || shape.key ELSE shape.key END;
    ddl := format('CREATE TABLE IF NOT EXISTS %I.%I (%s, PRIMARY KEY (%s)%s);', warehouse, dataset, columns,
      (SELECT string_agg(quote_ident(name), ', ') FROM unnest(key_columns) name), ', ' || keys);
  END IF;
  RETURN ddl || coalesce(E'\n' || additions, '') || coalesce(E'\n' || widenings, '') || format(E'\nCOMMENT ON TABLE %I.%I IS %L;', warehouse, dataset,
      format('%s Contract %s, written %s.', contract #>> '{description,purpose}', contract ->> 'version', shape.semantics)) || E'\n' || comments;
END
$$;
COMMENT ON FUNCTION lifecycle._warehouse_ddl(jsonb, name, boolean) IS
  'Internal: the statements that create a dataset''s table (and its table of keys, where it is partitioned) in a schema, or bring to it the columns and wider texts of a later version of its contract. Idempotent.';
