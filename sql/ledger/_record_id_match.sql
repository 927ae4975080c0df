CREATE FUNCTION lifecycle._record_id_match(relation regclass, record_id_column name, record_id_expression text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Ledger ids are texts. Cast them to the column's type, where that is safe, so that an index of the source serves.
  SELECT coalesce((
    SELECT CASE
        WHEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN
          format('s.%I = k.source_record_id COLLATE %s', a.attname, a.attcollation::regcollation)
        WHEN a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN
          format($sql$s.%I = CASE WHEN k.source_record_id ~ '^-?[0-9]{1,18}$' THEN k.source_record_id::bigint
              WHEN k.source_record_id ~ '^-?[0-9]{19}$' AND abs(k.source_record_id::numeric) <= 9223372036854775807 THEN k.source_record_id::bigint END$sql$,
            a.attname)
        WHEN a.atttypid = 'uuid'::regtype THEN
          format('s.%I = CASE WHEN k.source_record_id ~ ''^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'' THEN k.source_record_id::uuid END', a.attname)
      END
    FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = record_id_column),
    format('(%s) COLLATE "C" = k.source_record_id', record_id_expression))
$$;
COMMENT ON FUNCTION lifecycle._record_id_match(regclass, name, text) IS 'Internal: the join condition between source rows s and ledger record ids k.';
