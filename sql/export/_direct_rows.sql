CREATE FUNCTION lifecycle._direct_rows(contract jsonb, relation regclass, mapping jsonb, condition text, OUT query text, OUT checks text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  compiled record;
BEGIN
  IF EXISTS (SELECT FROM lifecycle._contract_columns(contract) c WHERE c.type NOT IN ('text', 'uuid', 'integer', 'bigint', 'numeric', 'boolean', 'timestamptz', 'jsonb') AND c.type NOT LIKE 'varchar%')
    OR (SELECT c.type FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}') <> 'timestamptz' THEN
    RETURN;
  END IF;
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, contract);
  -- A text as it is: that an empty one is none is seen to later. A value of the right type cannot be of a wrong one.
  SELECT format('SELECT %s, %s FROM %s s WHERE %s', string_agg(format('%s AS %I', CASE WHEN e.is_plain_text THEN format('s.%I::text', e.source) ELSE e.expression END, e.name), ', ' ORDER BY e.place),
      coalesce(string_agg(format('((%s) IS NULL AND (%s) IS NOT NULL)', e.expression, e.raw), ' OR ' ORDER BY e.place) FILTER (WHERE e.raw IS NOT NULL AND NOT e.is_same_type)
        || coalesce(' OR ' || string_agg(format('(%1$s) NOT BETWEEN -2147483648 AND 2147483647', e.expression), ' OR ' ORDER BY e.place) FILTER (WHERE e.type = 'integer' AND NOT e.is_small), ''),
        string_agg(format('(%1$s) NOT BETWEEN -2147483648 AND 2147483647', e.expression), ' OR ' ORDER BY e.place) FILTER (WHERE e.type = 'integer' AND NOT e.is_small), 'false'),
      relation, condition),
    jsonb_agg(jsonb_strip_nulls(jsonb_build_object('required', CASE WHEN e.required AND NOT e.computed THEN true END, 'empty_is_null', CASE WHEN e.is_plain_text THEN true END,
      'most_characters', substring(e.type FROM '^varchar.*?(\d+)')::integer, 'values', e.valid_values)) ORDER BY e.place)::text
    INTO query, checks
    FROM (SELECT c.*, compiled.expressions[c.place] AS expression, compiled.raw_values[c.place] AS raw, a.attname AS source,
        a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND compiled.expressions[c.place] = format('NULLIF(s.%s::text COLLATE "C", '''')', '"' || replace(a.attname, '"', '""') || '"') AS is_plain_text,
        coalesce(a.atttypid = 'timestamptz'::regtype AND compiled.expressions[c.place] = 's."' || replace(a.attname, '"', '""') || '"::timestamptz', false) AS is_same_type,
        coalesce(a.atttypid IN ('integer'::regtype, 'smallint'::regtype) AND compiled.expressions[c.place] = 's."' || replace(a.attname, '"', '""') || '"::bigint', false) AS is_small
      FROM lifecycle._contract_columns(contract) c LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = compiled.source_columns[c.place] AND NOT a.attisdropped) e;
END
$$;
COMMENT ON FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text) IS
  'Internal: what _dataset_source_query() asks of rows, in two parts that are faster together: a query that maps the rows (the contract''s columns, and whether a value could not be read) and checks for _export_files(), a JSON array of one object a column. Rows that fail them are those that _dataset_source_query() rejects. Nulls where the contract has columns of types that the checks do not know.';
