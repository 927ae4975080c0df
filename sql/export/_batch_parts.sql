CREATE FUNCTION lifecycle._batch_parts(kind text, options jsonb) RETURNS TABLE (first tid, beyond tid)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := coalesce((options ->> 'batch_bytes')::bigint, (SELECT setting::bigint FROM pg_settings WHERE name = 'lifecycle_ledger.batch_bytes'));
  names bigint;
BEGIN
  -- A schema is written to in this very transaction: nothing is gained by parting it.
  IF kind = 'schema' OR pg_total_relation_size('pg_temp.lifecycle_batch') <= most / 2 THEN
    RETURN QUERY SELECT NULL::tid, NULL::tid;
    RETURN;
  END IF;
  -- As a line of JSON: the values, and the columns' names.
  SELECT sum(length(a.attname) + 6) INTO names FROM pg_attribute a WHERE a.attrelid = 'pg_temp.lifecycle_batch'::regclass AND a.attnum > 0;
  RETURN QUERY EXECUTE format($sql$
    SELECT CASE WHEN p.part > 0 THEN min(p.place) END, lead(min(p.place)) OVER (ORDER BY p.part)
    FROM (SELECT b.ctid AS place, (sum(pg_column_size(b.*) + %s) OVER (ORDER BY b.ctid) - 1) / %s AS part FROM pg_temp.lifecycle_batch b) p
    GROUP BY p.part ORDER BY p.part
    $sql$, names, most);
END
$$;
COMMENT ON FUNCTION lifecycle._batch_parts(text, jsonb) IS
  'Internal: where the staged rows are cut into batches of about lifecycle_ledger.batch_bytes (or the destination''s batch_bytes) each; nulls: from the beginning, to the end.';
