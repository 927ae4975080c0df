CREATE FUNCTION lifecycle._parity_query(contract jsonb, source text, level text, columns name[], days date[], orgs text[], buckets text[], digits integer, by_tenant boolean DEFAULT false) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shape record;
  row_text text;
  key_digest text;
  key_text text;
  day_of text;
  conditions text[] := ARRAY['true'];
  known integer := coalesce(length(buckets[1]), 0);
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  row_text := format('lifecycle._parity_text_columns(%L::text[], %s)', columns, lifecycle._compared_values(contract, columns));
  key_digest := format('md5(concat_ws(chr(31), %s))', (SELECT string_agg(format('r.%I::text', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)));
  key_text := format('jsonb_build_array(%s)::text', (SELECT string_agg(format('r.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)));
  day_of := format('(r.%I AT TIME ZONE ''UTC'')::date', shape.time_column);
  IF days IS NOT NULL THEN
    conditions := conditions || lifecycle._days_condition(format('r.%I', shape.time_column), days);
  END IF;
  IF orgs IS NOT NULL THEN
    conditions := conditions || CASE WHEN known = 0 THEN format('(%s, r.%I::text) IN (SELECT * FROM unnest(%L::date[], %L::text[]))', day_of, shape.tenant, days, orgs)
      ELSE format('(%s, r.%I::text, left(%s, %s)) IN (SELECT * FROM unnest(%L::date[], %L::text[], %L::text[]))', day_of, shape.tenant, key_digest, known, days, orgs, buckets) END;
  END IF;
  IF level = 'row' THEN
    RETURN format('SELECT NULL::date AS day, r.%I::text AS org, NULL::text AS bucket, %s AS key, 1::bigint AS "rows", left(md5(%s), 16) AS checksum FROM %s r WHERE %s',
      shape.tenant, key_text, row_text, source, array_to_string(conditions, ' AND '));
  END IF;
  RETURN format('SELECT %s AS day, %s AS org, %s AS bucket, NULL::text AS key, count(*) AS "rows", lifecycle.parity_checksum(%s) AS checksum FROM %s r WHERE %s GROUP BY 1, 2, 3%s',
    day_of, CASE level WHEN 'day' THEN '''''::text' ELSE format('r.%I::text', shape.tenant) END,
    CASE level WHEN 'bucket' THEN format('left(%s, %s)', key_digest, digits) ELSE '''''::text' END, row_text, source, array_to_string(conditions, ' AND '),
    CASE WHEN by_tenant AND level <> 'day' THEN format(', r.%I', shape.tenant) END);
END
$$;
COMMENT ON FUNCTION lifecycle._parity_query(jsonb, text, text, name[], date[], text[], text[], integer, boolean) IS
  'Internal: SQL that sums up a set of rows (source: a FROM item with the contract''s columns) by level: day (UTC, of the time column), org (day and tenant), bucket (these, and the first digits of the MD5 of the key), or row (each with its tenant, its key and the first 16 digits of its MD5): day, org, bucket, key, rows, checksum. Only of those days; where orgs are given, of these pairs of day and tenant; where buckets too, of these triples. To be run in UTC. by_tenant: grouped by the tenant''s column itself, too, which changes nothing but tells a distributed planner that no group spreads over nodes.';
