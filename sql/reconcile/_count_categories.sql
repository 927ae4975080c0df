CREATE FUNCTION lifecycle._count_categories(dataset text, category text, first_day date, last_day date, OUT days date[], OUT categories text[], OUT counts bigint[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  shape record;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(lifecycle._dataset_contract(dataset));
  EXECUTE format($sql$
    SELECT coalesce(array_agg(c.day), '{}'), coalesce(array_agg(c.category), '{}'), coalesce(array_agg(c.n), '{}')
    FROM (SELECT (r.%1$I AT TIME ZONE 'UTC')::date AS day, %2$s AS category, count(*) AS n FROM %3$s r WHERE %4$s AND %5$s GROUP BY 1, 2) c
    $sql$, shape.time_column, category, lifecycle._reconciled_rows(NULL, dataset, ARRAY(SELECT generate_series(first_day, last_day, interval '1 day')::date)),
    lifecycle._days_condition(format('r.%I', shape.time_column), ARRAY(SELECT generate_series(first_day, last_day, interval '1 day')::date)),
    coalesce('r.' || quote_ident(shape.tombstone_column) || ' IS NULL', 'true')) INTO days, categories, counts;
END
$$;
COMMENT ON FUNCTION lifecycle._count_categories(text, text, date, date) IS
  'Internal: how many rows of a dataset''s sources, tombstones aside, fall on each day (UTC, of the time column) and category, an SQL expression over alias r.';
