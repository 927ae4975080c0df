CREATE FUNCTION lifecycle._source_parity_query(destination text, dataset text, level text, days date[], orgs text[], buckets text[], digits integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  shape record;
  rows_query text;
  conditions text;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  rows_query := lifecycle._parity_query(contract, lifecycle._reconciled_rows(destination, dataset, days), level, lifecycle._compared_columns(destination, dataset), days, orgs, buckets, digits);
  IF shape.tombstone_column IS NULL THEN
    RETURN rows_query;
  END IF;
  -- Entities that are gone here are expected there as the tombstones they were found to be.
  conditions := concat_ws(' AND ', format('e.destination = %L AND e.dataset = %L', destination, dataset), 'e.day = ANY (' || quote_literal(days) || '::date[])',
    CASE WHEN orgs IS NOT NULL THEN format('(e.day, e.org, left(e.bucket, %s)) IN (SELECT d, o, coalesce(b, '''') FROM unnest(%L::date[], %L::text[], %L::text[]) u (d, o, b))',
      coalesce(length(buckets[1]), 0), days, orgs, buckets) END);
  IF level = 'row' THEN
    RETURN format('%s UNION ALL SELECT NULL, e.org, NULL, e.key, 1, e.checksum FROM lifecycle.exported_tombstones e WHERE %s', rows_query, conditions);
  END IF;
  RETURN format($sql$
    SELECT p.day, p.org, p.bucket, NULL::text AS key, sum(p.rows)::bigint AS "rows", lifecycle._sum_checksums(array_agg(p.checksum)) AS checksum
    FROM (%s UNION ALL
      SELECT e.day, %s, %s, NULL, 1, '1:' || e.checksum FROM lifecycle.exported_tombstones e WHERE %s) p
    GROUP BY 1, 2, 3
    $sql$, rows_query, CASE level WHEN 'day' THEN '''''' ELSE 'e.org' END, CASE level WHEN 'bucket' THEN format('left(e.bucket, %s)', digits) ELSE '''''' END, conditions);
END
$$;
COMMENT ON FUNCTION lifecycle._source_parity_query(text, text, text, date[], text[], text[], integer) IS
  'Internal: SQL, as _parity_query(), of the rows that a destination must have by now: those of the sources, and tombstones of entities that no source has any more.';
