CREATE FUNCTION lifecycle._contract_checks(contract jsonb, expressions text[], raw_values text[], source_columns text[])
RETURNS TABLE (number integer, condition text, code text, sqlstate text, json_pointer text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- What a column's value must be beyond its type is asked in this order; only the first that fails is told.
  WITH columns AS (
    SELECT c.*, raw_values[c.place] AS raw, coalesce('/' || replace(replace(source_columns[c.place], '~', '~0'), '/', '~1'), '') AS json_pointer,
      lifecycle._custom_property(contract #> ARRAY['schema', '0', 'properties', (c.place - 1)::text], 'reference') #>> '{}' AS reference_bytes,
      c.name || CASE WHEN source_columns[c.place] IS NULL THEN '' ELSE format(' (column %s)', quote_ident(source_columns[c.place])) END AS origin
    FROM lifecycle._contract_columns(contract) c
    WHERE expressions[c.place] NOT LIKE 'NULL::%' OR (c.required AND NOT c.computed)),
  -- Where any text may stand. Asked first: what is wrong beside it would quote the row.
  secrets AS (
    SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) AS contents, array_agg(c.json_pointer ORDER BY c.place) AS pointers, array_agg(c.origin ORDER BY c.place) AS origins
    FROM columns c WHERE (c.type IN ('text', 'jsonb') OR c.type LIKE 'varchar%') AND c.valid_values IS NULL AND NOT c.computed HAVING count(*) > 0),
  checks AS (
    SELECT 0, 0, format('lifecycle._any_secret(%s)', s.contents), 'secret', '23514', f.call || '.detail', f.call || '.json_pointer'
    FROM secrets s CROSS JOIN LATERAL (SELECT format('(lifecycle._first_secret(%L::text[], %L::text[], jsonb_build_array(%s)))', s.pointers, s.origins, s.contents) AS call) f
    UNION ALL
    SELECT c.place, k.*, quote_literal(c.json_pointer)
    FROM columns c CROSS JOIN LATERAL (
      SELECT 1, format('%I IS NULL AND (%s) IS NOT NULL', c.name, c.raw), 'wrong_type', '22P02',
          format('format(%L, lifecycle._quotable(%s))', format('%s: "%%s" is not of type %s.', c.origin, c.type), c.raw)
        WHERE c.raw IS NOT NULL AND c.type <> 'jsonb'
      UNION ALL SELECT 1, format('%I IS NULL AND (%s) IS NOT NULL', c.name, c.raw), 'unfit_json', '22P05',
          quote_literal(format('%s: it holds what jsonb cannot: \u0000, half a surrogate pair, or a number that is too long.', c.origin))
        WHERE c.raw IS NOT NULL AND c.type = 'jsonb'
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
          format('format(%L, lifecycle._quotable(%I))', format('%s: "%%s" is none of %s.', c.origin, array_to_string(c.valid_values, ', ')), c.name)
        WHERE c.valid_values IS NOT NULL
      UNION ALL SELECT 7, format('length(%I) > %s', c.name, substring(c.type FROM '\d+')), 'too_long', '22001',
          format('format(%L, length(%I))', format('%s: it has %%s characters, more than %s.', c.origin, substring(c.type FROM '\d+')), c.name)
        WHERE c.type LIKE 'varchar%'
      UNION ALL SELECT 8, format('NOT lifecycle._is_reference(%I, %s)', c.name, c.reference_bytes), 'raw_payload', '23514',
          quote_literal(format('%s: it is not a reference of at most %s bytes, but the payload itself.', c.origin, c.reference_bytes))
        WHERE c.reference_bytes IS NOT NULL
    ) k(step, condition, code, sqlstate, detail))
  SELECT row_number() OVER (ORDER BY place, step)::integer, condition, code, sqlstate, json_pointer, detail FROM checks c(place, step, condition, code, sqlstate, detail, json_pointer)
$$;
COMMENT ON FUNCTION lifecycle._contract_checks(jsonb, text[], text[], text[]) IS
  'Internal: what is asked of each mapped row, numbered in order: an SQL condition over the contract''s columns and alias s, the source row, that holds where the row breaks the contract, what it is called then, and SQL expressions for the JSON pointer into the source''s row (empty where several columns make the value up) and for what to say.';
