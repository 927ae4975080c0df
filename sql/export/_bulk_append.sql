CREATE FUNCTION lifecycle._bulk_append(source regclass, target regclass, keys regclass, time_column name, moments timestamptz[], OUT queries text[], OUT tables regclass[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  -- Each partition is a pass over the rows.
  most CONSTANT integer := 16;
BEGIN
  tables := ARRAY(SELECT DISTINCT lifecycle._partition_at(target, m) FROM unnest(moments) m LIMIT most + 1);
  IF cardinality(tables) > most OR array_position(tables, NULL) IS NOT NULL THEN
    tables := NULL;
    RETURN;
  END IF;
  SELECT array_agg(p.partition ORDER BY r.lower_bound),
      array_agg(format('SELECT %1$s FROM survivors s WHERE s.%2$I >= %3$L AND s.%2$I < %4$L',
        (SELECT string_agg(format('s.%I', a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = p.partition AND a.attnum > 0 AND NOT a.attisdropped),
        time_column, r.lower_bound, r.upper_bound) ORDER BY r.lower_bound)
    INTO tables, queries
    FROM unnest(tables) AS p(partition) CROSS JOIN LATERAL lifecycle._partition_range(p.partition) r;
  -- A column that the rows have not would be null instead of its default.
  IF EXISTS (SELECT FROM unnest(keys || tables) t WHERE NOT lifecycle._takes_rows(t))
    OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = ANY (keys::oid || tables::oid[]) AND a.attnum > 0 AND NOT a.attisdropped AND NOT EXISTS (
      SELECT FROM pg_attribute s WHERE s.attrelid = source AND s.attname = a.attname AND s.atttypid = a.atttypid AND s.atttypmod = a.atttypmod AND s.attnum > 0))
  THEN
    queries := NULL;
    tables := NULL;
    RETURN;
  END IF;
  tables := keys || tables;
  queries := (SELECT format('SELECT %s FROM survivors s', string_agg(format('s.%I', a.attname), ', ' ORDER BY a.attnum))
    FROM pg_attribute a WHERE a.attrelid = keys AND a.attnum > 0 AND NOT a.attisdropped) || queries;
END
$$;
COMMENT ON FUNCTION lifecycle._bulk_append(regclass, regclass, regclass, name, timestamptz[]) IS
  'Internal: how the rows of a batch go into a partitioned table in bulk, for _append_survivors(): its table of keys first, then each partition that they fall into. moments: an instant of every hour in which there are rows. Nulls where that cannot be: too many partitions, tables with triggers on INSERT or of another owner, columns that the batch has not.';
