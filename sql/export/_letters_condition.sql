CREATE FUNCTION lifecycle._letters_condition(relation regclass, mapping jsonb, contract jsonb, letters bigint[]) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  compiled record;
  keys text[];
  values_of text;
BEGIN
  SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(relation, mapping, contract);
  keys := ARRAY(SELECT compiled.source_columns[c.place] FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL ORDER BY c.key_position);
  IF array_position(keys, NULL) IS NOT NULL THEN
    RETURN 'true';
  END IF;
  -- The key as the source has it, of the column's own type where that cannot fail, so that an index of the source serves.
  SELECT string_agg(CASE a.atttypid WHEN 'uuid'::regtype THEN format('lifecycle._uuid_or_null(l.body::jsonb ->> %L)', a.attname)
        WHEN 'text'::regtype THEN format('l.body::jsonb ->> %L', a.attname) WHEN 'bigint'::regtype THEN format('lifecycle._integer_or_null(l.body::jsonb ->> %L)', a.attname)
        ELSE format('l.body::jsonb ->> %L', a.attname) END, ', ' ORDER BY k.place)
    INTO values_of FROM unnest(keys) WITH ORDINALITY AS k(name, place) JOIN pg_attribute a ON a.attrelid = relation AND a.attname = k.name;
  RETURN format('((%s) IN (SELECT %s FROM lifecycle.dead_letters l WHERE l.id = ANY (%L::bigint[]))%s)',
    (SELECT string_agg(format(CASE WHEN a.atttypid IN ('uuid'::regtype, 'text'::regtype, 'bigint'::regtype) THEN 's.%I' ELSE 's.%I::text' END, a.attname), ', ' ORDER BY k.place)
      FROM unnest(keys) WITH ORDINALITY AS k(name, place) JOIN pg_attribute a ON a.attrelid = relation AND a.attname = k.name), values_of, letters,
    -- What has no whole key is known by its content.
    CASE WHEN EXISTS (SELECT FROM lifecycle.dead_letters l CROSS JOIN unnest(keys) k WHERE l.id = ANY (letters) AND l.body::jsonb ->> k IS NULL)
      THEN format(' OR %s IN (SELECT l.body::jsonb FROM lifecycle.dead_letters l WHERE l.id = ANY (%L::bigint[]))', (SELECT r.whole_row FROM lifecycle._whole_row(relation) r), letters) ELSE '' END);
END
$$;
COMMENT ON FUNCTION lifecycle._letters_condition(regclass, jsonb, jsonb, bigint[]) IS
  'Internal: SQL over alias s, a row of a source: whether it is one that dead letters of stage export are about.';
