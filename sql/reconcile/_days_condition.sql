CREATE FUNCTION lifecycle._days_condition(value text, days date[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Ranges of constants, which partitions are pruned by and an index can serve; days that follow each other are one.
  SELECT CASE WHEN cardinality(days) = 0 THEN 'false'
    WHEN count(*) > 40 THEN format('%1$s >= %2$L::timestamptz AND %1$s < %3$L::timestamptz', value, min(first_day) || ' 00:00:00+00', max(last_day) + 1 || ' 00:00:00+00')
    ELSE '(' || string_agg(format('%1$s >= %2$L::timestamptz AND %1$s < %3$L::timestamptz', value, first_day || ' 00:00:00+00', last_day + 1 || ' 00:00:00+00'), ' OR ') || ')' END
  FROM (SELECT min(day) AS first_day, max(day) AS last_day
    FROM (SELECT day, day - row_number() OVER (ORDER BY day)::integer AS island FROM (SELECT DISTINCT day FROM unnest(days) day) d) i GROUP BY island) r
$$;
COMMENT ON FUNCTION lifecycle._days_condition(text, date[]) IS
  'Internal: the condition that a timestamptz, given as SQL, falls on one of these days in UTC; where they are too scattered, between the first and the last.';
