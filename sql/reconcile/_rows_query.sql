CREATE FUNCTION lifecycle._rows_query(contract jsonb, source text, columns name[], key_table regclass DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shape record;
  wanted text;
  tenant_type text := (SELECT c.type FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'tenantColumn') #>> '{}');
  told text;
  matched text;
  bucket text;
  by_tenant text;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  wanted := (SELECT string_agg(format('(u.key::jsonb ->> %s)::%s AS k%1$s', place - 1, shape.key_types[place]), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place);
  matched := (SELECT string_agg(format('%%1$s.%I = w.k%s', shape.key[place], place - 1), ' AND ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place);
  told := format($sql$%s AS version, %s AS is_deleted, left(md5(lifecycle._parity_text_columns(%L::text[], %s)), 16) AS checksum, %s AS base$sql$,
    coalesce('r.' || quote_ident(shape.version_column), 'NULL::bigint'), coalesce('r.' || quote_ident(shape.tombstone_column) || ' IS NOT NULL', 'false'),
    columns, lifecycle._compared_values(contract, columns),
    CASE WHEN shape.tombstone_column IS NULL THEN 'NULL::jsonb' ELSE format('jsonb_build_object(%s)', (SELECT string_agg(format('%L, r.%I', name, name), ', ') FROM unnest(shape.required) name)) END);
  bucket := format('md5(concat_ws(chr(31), %s))', (SELECT string_agg(format('w.k%s::text', place - 1), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place));
  by_tenant := format($sql$
    SELECT w.key, r.%1$I::text AS org, (r.%2$I AT TIME ZONE 'UTC')::date AS day, %3$s AS bucket, %4$s
    FROM (SELECT DISTINCT u.key, u.org, %5$s FROM unnest($1, $2) u (key, org)) w JOIN %6$s r ON %7$s AND r.%1$I = w.org::%8$s
    $sql$, shape.tenant, shape.time_column, bucket, told, wanted, source, format(matched, 'r'), tenant_type);
  IF key_table IS NULL THEN
    RETURN by_tenant;
  END IF;
  -- By the table of keys: under another tenant or time than anyone looked at; or a key whose row is gone. The rows are asked for by inner
  -- joins alone: these any planner can part among nodes.
  RETURN format($sql$
    WITH taken AS MATERIALIZED (
        SELECT w.*, k.%1$I AS "its tenant", k.%2$I AS "its time" FROM (SELECT DISTINCT u.key, %5$s FROM unnest($1) u (key)) w JOIN %9$s k ON %10$s),
      there AS MATERIALIZED (
        SELECT w.key, r.%1$I::text AS org, (r.%2$I AT TIME ZONE 'UTC')::date AS day, %3$s AS bucket, %4$s
        FROM taken w JOIN %6$s r ON %7$s AND r.%1$I = w."its tenant" AND r.%2$I = w."its time")
    %8$s
    UNION SELECT * FROM there
    UNION SELECT w.key, w."its tenant"::text, (w."its time" AT TIME ZONE 'UTC')::date, %3$s, NULL, false, '', NULL FROM taken w WHERE NOT EXISTS (SELECT FROM there t WHERE t.key = w.key)
    $sql$, shape.tenant, shape.time_column, bucket, told, wanted, source, format(matched, 'r'), by_tenant, key_table, format(matched, 'k'));
END
$$;
COMMENT ON FUNCTION lifecycle._rows_query(jsonb, text, name[], regclass) IS
  'Internal: SQL for _warehouse_rows() over a set of rows (a FROM item with the contract''s columns); $1 are the keys, $2 the tenants beside them; key_table: the table that keeps the keys of a partitioned one unique, if there is one.';
