CREATE FUNCTION lifecycle._select_list(target regclass, given jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(format('(%s)::%s', coalesce(given ->> a.attname, pg_get_expr(d.adbin, d.adrelid), 'NULL'), format_type(a.atttypid, a.atttypmod)),
    ', ' ORDER BY a.attnum)
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION lifecycle._select_list(regclass, jsonb) IS
  'Internal: an expression for each column of a table, in their order and of their types, as SQL text: from given, an object of column names and expressions; else the column''s default.';
