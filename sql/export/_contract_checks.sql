CREATE FUNCTION lifecycle._contract_checks(contract jsonb, expressions text[], raw_values text[], source_columns text[])
RETURNS TABLE (number integer, condition text, code text, sqlstate text, json_pointer text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- What a column's value must be beyond its type is asked in this order; only the first that fails is told.
  WITH columns AS (
    SELECT c.*, raw_values[c.place] AS raw, coalesce('/' || replace(replace(source_columns[c.place], '~', '~0'), '/', '~1'), '') AS json_pointer,
      c.name || CASE WHEN source_columns[c.place] IS NULL THEN '' ELSE format(' (column %s)', quote_ident(source_columns[c.place])) END AS origin
    FROM lifecycle._contract_columns(contract) c
    WHERE expressions[c.place] NOT LIKE 'NULL::%' OR (c.required AND NOT c.computed)),
  checks AS (
    SELECT c.place, k.*, c.json_pointer
    FROM columns c CROSS JOIN LATERAL (
      SELECT 1, format('%I IS NULL AND (%s) IS NOT NULL', c.name, c.raw), 'wrong_type', '22P02',
          format('format(%L, left(%s, 100))', format('%s: "%%s" is not of type %s.', c.origin, c.type), c.raw)
        WHERE c.raw IS NOT NULL
      UNION ALL SELECT 2, format('%I IS NULL', c.name), 'missing_required', '23502', quote_literal(format('%s is missing.', c.origin))
        WHERE c.required AND NOT c.computed
      UNION ALL SELECT 3, format('%1$I NOT BETWEEN -2147483648 AND 2147483647', c.name), 'out_of_range', '22003',
          format('format(%L, %I)', format('%s: %%s is out of the range of an integer.', c.origin), c.name)
        WHERE c.type = 'integer'
      UNION ALL SELECT 4, format($c$%I IN ('NaN', 'Infinity', '-Infinity')$c$, c.name), 'out_of_range', '22003',
          format('format(%L, %I)', format('%s: %%s is no number that can be exported.', c.origin), c.name)
        WHERE c.type = 'numeric'
      UNION ALL SELECT 5, format($c$(%1$I < '0001-01-01 00:00:00+00' OR %1$I >= '10000-01-01 00:00:00+00')$c$, c.name), 'out_of_range', '22008',
          format('format(%L, %I)', format('%s: %%s lies outside the years 1 to 9999.', c.origin), c.name)
        WHERE c.type IN ('timestamptz', 'timestamp', 'date')
      UNION ALL SELECT 6, format('%I <> ALL (%L::text[])', c.name, c.valid_values), 'unknown_value', '23514',
          format('format(%L, left(%I, 100))', format('%s: "%%s" is none of %s.', c.origin, array_to_string(c.valid_values, ', ')), c.name)
        WHERE c.valid_values IS NOT NULL
      UNION ALL SELECT 7, format('length(%I) > %s', c.name, substring(c.type FROM '\d+')), 'too_long', '22001',
          format('format(%L, length(%I))', format('%s: it has %%s characters, more than %s.', c.origin, substring(c.type FROM '\d+')), c.name)
        WHERE c.type LIKE 'varchar%'
    ) k(step, condition, code, sqlstate, detail))
  SELECT row_number() OVER (ORDER BY place, step)::integer, condition, code, sqlstate, json_pointer, detail FROM checks
$$;
COMMENT ON FUNCTION lifecycle._contract_checks(jsonb, text[], text[], text[]) IS
  'Internal: what is asked of each mapped row, numbered in order: an SQL condition over the contract''s columns and alias s, the source row, that holds where the row breaks the contract, what it is called then, the JSON pointer to the source''s column (empty where several make it up), and an SQL expression for what to say.';
