CREATE FUNCTION lifecycle._batch_parts(kind text, options jsonb) RETURNS TABLE (first tid, beyond tid)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := coalesce((options ->> 'batch_bytes')::bigint, (SELECT setting::bigint FROM pg_settings WHERE name = 'lifecycle_ledger.batch_bytes'));
  bytes text;
BEGIN
  -- A schema is written to in this very transaction: nothing is gained by parting it. What is small here is small however well it is packed.
  IF kind = 'schema' OR pg_total_relation_size('pg_temp.lifecycle_batch') <= most / 16 THEN
    RETURN QUERY SELECT NULL::tid, NULL::tid;
    RETURN;
  END IF;
  -- As a line of JSON, about: columns' names, texts as they are when unpacked.
  SELECT string_agg(format('%s + coalesce(%s, 4)', length(a.attname) + 4, CASE WHEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN format('octet_length(b.%I) + 2', a.attname)
      WHEN a.atttypid IN ('jsonb'::regtype, 'json'::regtype) THEN format('octet_length(b.%I::text)', a.attname) WHEN a.atttypid = 'uuid'::regtype THEN '38'
      WHEN a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype) THEN '29' ELSE format('2 * pg_column_size(b.%I)', a.attname) END), ' + ')
    INTO bytes FROM pg_attribute a WHERE a.attrelid = 'pg_temp.lifecycle_batch'::regclass AND a.attnum > 0;
  RETURN QUERY EXECUTE format($sql$
    SELECT CASE WHEN p.part > 0 THEN min(p.place) END, lead(min(p.place)) OVER (ORDER BY p.part)
    FROM (SELECT b.ctid AS place, (sum((%s)::bigint) OVER (ORDER BY b.ctid) - 1)::bigint / %s AS part FROM pg_temp.lifecycle_batch b) p
    GROUP BY p.part ORDER BY p.part
    $sql$, bytes, most);
END
$$;
COMMENT ON FUNCTION lifecycle._batch_parts(text, jsonb) IS
  'Internal: where the staged rows are cut into batches of about lifecycle_ledger.batch_bytes (or the destination''s batch_bytes) each; nulls: from the beginning, to the end.';
