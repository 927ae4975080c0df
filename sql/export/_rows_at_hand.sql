CREATE FUNCTION lifecycle._rows_at_hand(target regclass, source regclass, key name[], other_key name[] DEFAULT NULL) RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  copy regclass;
  columns text;
  key_columns text;
BEGIN
  IF NOT lifecycle._lies_elsewhere(target) THEN
    RETURN target;
  END IF;
  SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum),
      lifecycle._session_table('at_hand', string_agg(concat_ws(' COLLATE ', quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), nullif(a.attcollation, 0)::regcollation), ', ' ORDER BY a.attnum))
    INTO columns, copy FROM pg_attribute a WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped;
  -- The batch goes to the rows, not the table to the batch: an inner join with what is read beforehand is done by each node over its part.
  FOR key_columns IN SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) FROM (VALUES (1, key), (2, other_key)) k(number, names) CROSS JOIN LATERAL unnest(k.names) WITH ORDINALITY AS c(name, place)
    GROUP BY k.number
  LOOP
    EXECUTE format('INSERT INTO %s WITH wanted AS MATERIALIZED (SELECT DISTINCT %s FROM %s) SELECT %s FROM %s t JOIN wanted w USING (%2$s)', copy, key_columns, source, columns, target);
  END LOOP;
  RETURN copy;
END
$$;
COMMENT ON FUNCTION lifecycle._rows_at_hand(regclass, regclass, name[], name[]) IS
  'Internal: a relation that any query may join, and that holds at least those rows of target whose key, or other key, is in source: the target itself or, where its rows lie elsewhere (_lies_elsewhere()), a temporary copy of just these as they are now (of both keys, twice), which the next call for a table of these columns replaces.';
