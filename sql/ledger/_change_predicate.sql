CREATE FUNCTION lifecycle._change_predicate(relation regclass, change_column name, change_type text, time_zone text,
  after timestamptz, before timestamptz)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  predicate text;
BEGIN
  -- The column stays bare on the left, so that an index on it serves.
  predicate := CASE change_type
    WHEN 'timestamp with time zone' THEN format('s.%I >= %L::timestamptz', change_column, after)
    -- Local time repeats itself when clocks go back: two hours are more than any zone ever repeated.
    WHEN 'timestamp without time zone' THEN
      format('s.%I >= %L::timestamp', change_column, (after AT TIME ZONE time_zone) - interval '2 hours')
    WHEN 'date' THEN format('s.%I >= %L::date', change_column, (after AT TIME ZONE time_zone)::date - 1)
  END;
  IF before IS NOT NULL THEN
    RETURN format('s.%1$I < %2$L::timestamptz AND %3$s', change_column, before, predicate);
  END IF;
  -- From PostgreSQL 18 on, a NOT NULL that is NOT VALID says nothing of the rows that were there before.
  IF NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = change_column AND a.attnotnull
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = relation AND c.contype = 'n' AND c.conkey = ARRAY[a.attnum] AND NOT c.convalidated)) THEN
    -- A row without a change time can only be found by looking every time.
    predicate := format('(%s OR s.%I IS NULL)', predicate, change_column);
  END IF;
  RETURN predicate;
END
$$;
COMMENT ON FUNCTION lifecycle._change_predicate(regclass, name, text, text, timestamptz, timestamptz) IS
  'Internal: the condition on alias s that a source row may have changed since a time (and, in a step that is not the last, before another). Rows whose change column is null meet it in the last step of every run.';
