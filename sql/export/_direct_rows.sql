CREATE FUNCTION lifecycle._direct_rows(contract jsonb, relation regclass, mapping jsonb, condition text, OUT query text, OUT checks jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  compiled record;
  known CONSTANT text[] := '{wrong_type,unfit_json,missing_required,unknown_value,out_of_range,too_long}';
  others text;
  asked bigint;
  expected bigint;
  plain text;
  mapped text;
  given text;
  unread text;
  only_secrets boolean;
BEGIN
  -- Of erased people columns are redacted on the way, which is the other way's. A function takes a hundred arguments, and the one that writes the rows has four beside their columns.
  IF lifecycle._any_suppressed() OR (SELECT count(*) FROM lifecycle._contract_columns(contract)) > 96
    OR EXISTS (SELECT FROM lifecycle._contract_columns(contract) c WHERE c.type NOT IN ('text', 'uuid', 'integer', 'bigint', 'numeric', 'boolean', 'timestamptz', 'jsonb') AND c.type NOT LIKE 'varchar%')
    OR (SELECT c.type FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}') <> 'timestamptz' THEN
    RETURN;
  END IF;
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, contract);
  -- The search for secrets is one of the checks, where nothing else is asked in SQL.
  SELECT string_agg('(' || k.condition || ')', ' OR ' ORDER BY k.number) FILTER (WHERE k.code <> ALL (known)), count(*) FILTER (WHERE k.code = ANY (known)), coalesce(bool_and(k.code = 'secret') FILTER (WHERE k.code <> ALL (known)), false)
    INTO others, asked, only_secrets
    FROM lifecycle._contract_checks(contract, compiled.expressions, compiled.raw_values, compiled.source_columns) k;
  -- A text as it is: that an empty one is none is seen to later. A value of the right type cannot be of a wrong one, and a small integer is written as it is.
  SELECT string_agg(format('%s AS "%s"', CASE WHEN e.is_plain_text THEN format('s.%I::text', e.source) WHEN e.is_small THEN format('s.%I', e.source) ELSE e.expression END, e.place), ', ' ORDER BY e.place),
      string_agg(format(CASE WHEN e.is_plain_text THEN 'NULLIF(o."%s", '''') AS %I' ELSE 'o."%s" AS %I' END, e.place, e.name), ', ' ORDER BY e.place),
      string_agg(format('o."%s" AS %I', e.place, e.name), ', ' ORDER BY e.place),
      concat_ws(' OR ', 'false', string_agg(format('((%s) IS NULL AND (%s) IS NOT NULL)', e.expression, e.raw), ' OR ' ORDER BY e.place) FILTER (WHERE e.raw IS NOT NULL AND NOT e.is_same_type),
        string_agg(format('(%s) NOT BETWEEN -2147483648 AND 2147483647', e.expression), ' OR ' ORDER BY e.place) FILTER (WHERE e.type = 'integer' AND NOT e.is_small)),
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', e.name, 'required', CASE WHEN e.required AND NOT e.computed THEN true END, 'empty_is_null', CASE WHEN e.is_plain_text THEN true END,
        'most_characters', CASE WHEN e.type LIKE 'varchar%' THEN substring(e.type FROM '\d+')::integer END, 'values', e.valid_values,
        'searched', CASE WHEN only_secrets AND (e.type IN ('text', 'jsonb') OR e.type LIKE 'varchar%') AND e.valid_values IS NULL AND NOT e.computed THEN true END)) ORDER BY e.place),
      -- As many as _contract_checks() asks of these kinds.
      sum(CASE WHEN e.expression LIKE 'NULL::%' AND (NOT e.required OR e.computed) THEN 0 ELSE (e.raw IS NOT NULL)::integer + (e.required AND NOT e.computed)::integer
        + (e.type IN ('integer', 'numeric', 'timestamptz'))::integer + (e.valid_values IS NOT NULL)::integer + (e.type LIKE 'varchar%')::integer END)
    INTO plain, mapped, given, unread, checks, expected
    FROM (SELECT c.*, compiled.expressions[c.place] AS expression, compiled.raw_values[c.place] AS raw, a.attname AS source,
        a.atttypid IN ('text'::regtype, 'varchar'::regtype) AND compiled.expressions[c.place] = format('NULLIF(s.%s::text COLLATE "C", '''')', '"' || replace(a.attname, '"', '""') || '"') AS is_plain_text,
        coalesce(a.atttypid = 'timestamptz'::regtype AND compiled.expressions[c.place] = 's."' || replace(a.attname, '"', '""') || '"::timestamptz', false) AS is_same_type,
        coalesce(a.atttypid IN ('integer'::regtype, 'smallint'::regtype) AND compiled.expressions[c.place] = 's."' || replace(a.attname, '"', '""') || '"::bigint', false) AS is_small
      FROM lifecycle._contract_columns(contract) c LEFT JOIN pg_attribute a ON a.attrelid = relation AND a.attname = compiled.source_columns[c.place] AND NOT a.attisdropped) e;
  IF only_secrets THEN
    others := NULL;
  END IF;
  -- A check that is not known here would be passed over: then rows go the other way.
  IF asked <> expected THEN
    checks := NULL;
    RETURN;
  END IF;
  -- What is asked beside is asked in SQL, of the columns as they are mapped.
  query := format('SELECT %s, o.unread%s FROM (SELECT %s, %s AS unread FROM %s s WHERE %s) o%s', given, ' OR ' || others, plain, unread, relation, condition,
    CASE WHEN others IS NOT NULL THEN format(' CROSS JOIN LATERAL (SELECT %s) c', mapped) ELSE '' END);
END
$$;
COMMENT ON FUNCTION lifecycle._direct_rows(jsonb, regclass, jsonb, text) IS
  'Internal: what _dataset_source_query() asks of rows, in two parts that are faster together: a query that maps the rows (the contract''s columns, and whether anything is wrong that the checks cannot see) and checks for _export_files(), a JSON array of one object a column. Rows that fail them are those that _dataset_source_query() rejects. Nulls where the contract asks what neither part knows, and once anybody was erased.';
