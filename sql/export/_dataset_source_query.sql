CREATE FUNCTION lifecycle._dataset_source_query(dataset text, relation regclass, mapping jsonb, condition text DEFAULT 'true') RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  compiled record;
  mapped text;
  checks record;
  projected text;
  key text;
  erased text;
  key_columns text;
BEGIN
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, contract);
  PERFORM lifecycle._require_whole_rows(relation);
  SELECT string_agg(format('%s AS %I', compiled.expressions[c.place], c.name), ', ' ORDER BY c.place),
      -- Of a rejected row a value may not fit the column's type.
      string_agg(CASE WHEN c.type = 'integer' THEN format('CASE WHEN p.problem IS NULL THEN m.%1$I::integer END AS %1$I', c.name)
        WHEN c.type = 'timestamp' THEN format($q$(m.%1$I AT TIME ZONE 'UTC') AS %1$I$q$, c.name)
        WHEN c.type = 'date' THEN format($q$(m.%1$I AT TIME ZONE 'UTC')::date AS %1$I$q$, c.name)
        WHEN c.type LIKE 'varchar%' THEN format('m.%1$I::%2$s AS %1$I', c.name, c.type)
        ELSE format('m.%I', c.name) END, ', ' ORDER BY c.place),
      string_agg(format('m.%I::text', c.name), ', ' ORDER BY c.key_position) FILTER (WHERE c.key_position IS NOT NULL)
    INTO mapped, projected, key
    FROM lifecycle._contract_columns(contract) c;
  SELECT string_agg(format('WHEN %s THEN %s', k.condition, k.number), ' ' ORDER BY k.number) AS conditions,
      array_agg(k.code ORDER BY k.number) AS codes, array_agg(k.sqlstate ORDER BY k.number) AS states, string_agg(format('WHEN %s THEN %s', k.number, k.json_pointer), ' ' ORDER BY k.number) AS pointers,
      string_agg(format('WHEN %s THEN %s', k.number, k.detail), ' ' ORDER BY k.number) AS details
    INTO checks
    FROM lifecycle._contract_checks(contract, compiled.expressions, compiled.raw_values, compiled.source_columns) k;
  -- Of erased people what is personal does not leave, as if it had been erased there too. While nobody was erased it costs nothing.
  IF lifecycle._any_suppressed() THEN
    erased := lifecycle._erased_condition(contract, '(lifecycle._is_suppressed(%1$s::text, NULL) OR lifecycle._pseudonym(%1$s::text) IS NOT NULL)', 'lifecycle._is_suppressed(NULL, %s)',
      'lifecycle._names_suppressed(%s)');
  END IF;
  SELECT string_agg(format('%L, s.%I', k.name, k.name), ', ') INTO key_columns FROM (SELECT DISTINCT compiled.source_columns[c.place] AS name
    FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL AND compiled.source_columns[c.place] IS NOT NULL) k;
  -- What is asked of a row or done to it here, _direct_rows() has to ask or leave to this.
  -- OFFSET 0 keeps each value computed once; the whole row is built for rejected rows only.
  RETURN format($sql$
    SELECT %1$s,
      (%2$L::text[])[p.problem] AS "reject code", (%3$L::text[])[p.problem] AS "reject sqlstate", (SELECT CASE p.problem %4$s END FROM (SELECT m.*) pointer_of) AS "json pointer",
      CASE WHEN p.problem IS NOT NULL AND m."is erased" THEN 'The person was erased.' ELSE (SELECT CASE p.problem %5$s END FROM (SELECT m.*) detail_of) END AS "reject detail",
      CASE WHEN p.problem IS NOT NULL THEN lifecycle._text_without_secrets(concat_ws('/', %6$s)) END AS "reject key",
      CASE WHEN p.problem IS NOT NULL THEN lifecycle._without_secrets(CASE WHEN m."is erased" THEN jsonb_build_object(%12$s) ELSE %15$s END) END AS "reject body", m."change time" AS "change time", %7$L::regclass AS "source relation"
    FROM %7$s s
      CROSS JOIN LATERAL (SELECT %8$s, %9$s AS "change time"%13$s OFFSET 0) %14$s
      CROSS JOIN LATERAL (SELECT CASE %10$s END AS problem FROM (SELECT m.*) c OFFSET 0) p
    WHERE %11$s
    $sql$, projected, checks.codes, checks.states, checks.pointers, checks.details, key, relation, mapped,
    coalesce(compiled.change_value, 'NULL::timestamptz'), checks.conditions, condition, key_columns,
    CASE WHEN erased IS NULL THEN ', false AS "is erased"' END,
    CASE WHEN erased IS NULL THEN 'm' ELSE format('a CROSS JOIN LATERAL (SELECT %s AS "is erased" OFFSET 0) e CROSS JOIN LATERAL (SELECT %s, a."change time", e."is erased" OFFSET 0) m', erased,
      (SELECT string_agg(CASE WHEN p.name IS NULL THEN format('a.%I', c.name) ELSE format('CASE WHEN e."is erased" THEN %s ELSE a.%I END AS %2$I', p.redacted, c.name) END, ', ' ORDER BY c.place)
        FROM lifecycle._contract_columns(contract) c LEFT JOIN lifecycle._personal_columns(contract) p USING (place))) END,
    (SELECT r.whole_row FROM lifecycle._whole_row(relation) r));
END
$$;
COMMENT ON FUNCTION lifecycle._dataset_source_query(text, regclass, jsonb, text) IS
  'Internal: as _dataset_query, of one relation; condition is SQL over alias s, a row of it.';
