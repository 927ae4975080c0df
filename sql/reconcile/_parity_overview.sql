CREATE FUNCTION lifecycle._parity_overview(destination text, dataset text, day date, OUT source_rows bigint, OUT source_checksum text, OUT target_rows bigint, OUT target_checksum text,
  OUT days date[], OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  keeps interval := lifecycle._quality_setting('parity', dataset, 'source_keeps')::interval;
BEGIN
  SELECT coalesce(sum(c.source_rows), 0), lifecycle._sum_checksums(array_agg(c.source_checksum)), coalesce(sum(c.target_rows), 0), lifecycle._sum_checksums(array_agg(c.target_checksum)),
      coalesce(array_agg(c.day ORDER BY c.day) FILTER (WHERE c.source_checksum <> c.target_checksum), '{}'), coalesce(sum(c.bytes), 0)
    INTO source_rows, source_checksum, target_rows, target_checksum, days, bytes
    FROM lifecycle._compare_sides(destination, dataset, 'day', CASE WHEN day IS NOT NULL THEN ARRAY[day] END) c
    WHERE keeps IS NULL OR c.day > (now() AT TIME ZONE 'UTC' - keeps)::date;
END
$$;
COMMENT ON FUNCTION lifecycle._parity_overview(text, text, date) IS
  'Internal: count and checksum of a dataset at its sources and at a destination, of one day (UTC) or all, and the days on which they differ. Days before what the sources keep (setting source_keeps) are left out.';
