CREATE FUNCTION lifecycle._columns_of_the_day(relation regclass) RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(a.attname::text), '{}') FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
    AND (a.attidentity <> '' OR (relation = 'lifecycle.event_contract_version'::regclass AND a.attname = 'version')
      OR pg_get_expr(d.adbin, d.adrelid) ~* '\m(now|clock_timestamp|gen_random_uuid|nextval|pg_current_xact_id)\(|\m(SESSION_USER|CURRENT_USER)\M')
$$;
COMMENT ON FUNCTION lifecycle._columns_of_the_day(regclass) IS
  'Internal: the columns of a table whose default is another one each time: a moment, a number, a random id, who it was.';
