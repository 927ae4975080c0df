CREATE FUNCTION lifecycle._compare_sides(destination text, dataset text, level text, days date[] DEFAULT NULL, orgs text[] DEFAULT NULL, buckets text[] DEFAULT NULL, digits integer DEFAULT NULL)
RETURNS TABLE (day date, org text, bucket text, key text, source_rows bigint, source_checksum text, target_rows bigint, target_checksum text, bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  nothing text := '0:0000000000000000';
BEGIN
  RETURN QUERY EXECUTE format($sql$
    WITH target AS MATERIALIZED (SELECT t.*, octet_length(concat_ws(',', t.day, t.org, t.bucket, t.key, t.rows, t.checksum))::bigint AS bytes
      FROM lifecycle._target_parity(%L, %L, %L, $1, $2, $3, $4) t),
    source AS MATERIALIZED (%s)
    SELECT coalesce(s.day, t.day), coalesce(s.org, t.org), coalesce(s.bucket, t.bucket), coalesce(s.key, t.key), coalesce(s.rows, 0), coalesce(s.checksum, $5),
      coalesce(t.rows, 0), coalesce(t.checksum, $5), coalesce(t.bytes, 0)
    FROM source s FULL JOIN target t ON %s
    $sql$, destination, dataset, level, lifecycle._source_parity_query(destination, dataset, level, days, orgs, buckets, digits),
    CASE level WHEN 'row' THEN 't.key = s.key AND t.org = s.org AND t.checksum = s.checksum' ELSE 't.day = s.day AND t.org = s.org AND t.bucket = s.bucket' END)
    USING days, orgs, buckets, digits, nothing;
END
$$;
COMMENT ON FUNCTION lifecycle._compare_sides(text, text, text, date[], text[], text[], integer) IS
  'Internal: counts and checksums of a dataset at its sources and at a destination beside each other, by level as _parity_query(); bytes: of what the destination answered. At level row, a row whose other side is zero has no equal there.';
