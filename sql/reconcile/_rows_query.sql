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
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  wanted := (SELECT string_agg(format('(u.key::jsonb ->> %s)::%s AS k%1$s', place - 1, shape.key_types[place]), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place);
  matched := (SELECT string_agg(format('%%1$s.%I = w.k%s', shape.key[place], place - 1), ' AND ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place);
  told := format($sql$%s AS version, %s AS is_deleted, left(md5(lifecycle._parity_text_columns(%L::text[], %s)), 16) AS checksum, %s AS base$sql$,
    coalesce('r.' || quote_ident(shape.version_column), 'NULL::bigint'), coalesce('r.' || quote_ident(shape.tombstone_column) || ' IS NOT NULL', 'false'),
    columns, (SELECT string_agg(format('r.%I', name), ', ' ORDER BY place) FROM unnest(columns) WITH ORDINALITY AS c(name, place)),
    CASE WHEN shape.tombstone_column IS NULL THEN 'NULL::jsonb' ELSE format('jsonb_build_object(%s)', (SELECT string_agg(format('%L, r.%I', name, name), ', ') FROM unnest(shape.required) name)) END);
  RETURN format($sql$
    SELECT w.key, r.%1$I::text AS org, (r.%2$I AT TIME ZONE 'UTC')::date AS day, md5(concat_ws(chr(31), %3$s)) AS bucket, %4$s
    FROM (SELECT DISTINCT u.key, u.org, %5$s FROM unnest($1, $2) u (key, org)) w JOIN %6$s r ON %7$s AND r.%1$I = w.org::%8$s
    $sql$, shape.tenant, shape.time_column, (SELECT string_agg(format('w.k%s::text', place - 1), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place), told, wanted, source,
    format(matched, 'r'), tenant_type)
    -- By the table of keys: under another tenant or time than anyone looked at; or a key whose row is gone.
    || CASE WHEN key_table IS NULL THEN '' ELSE format($sql$
    UNION
    SELECT w.key, k.%1$I::text, (k.%2$I AT TIME ZONE 'UTC')::date, md5(concat_ws(chr(31), %3$s)), x.version, coalesce(x.is_deleted, false), coalesce(x.checksum, ''), x.base
    FROM (SELECT DISTINCT u.key, %5$s FROM unnest($1) u (key)) w JOIN %6$s k ON %7$s
      LEFT JOIN LATERAL (SELECT %4$s FROM %8$s r WHERE r.%1$I = k.%1$I AND r.%2$I = k.%2$I AND %9$s) x ON true
    $sql$, shape.tenant, shape.time_column, (SELECT string_agg(format('w.k%s::text', place - 1), ', ' ORDER BY place) FROM generate_subscripts(shape.key, 1) place), told, wanted, key_table,
    format(matched, 'k'), source, format(matched, 'r')) END;
END
$$;
COMMENT ON FUNCTION lifecycle._rows_query(jsonb, text, name[], regclass) IS
  'Internal: SQL for _warehouse_rows() over a set of rows (a FROM item with the contract''s columns); $1 are the keys, $2 the tenants beside them; key_table: the table that keeps the keys of a partitioned one unique, if there is one.';
