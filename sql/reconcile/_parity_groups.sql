CREATE FUNCTION lifecycle._parity_groups(destination text, dataset text, days date[], OUT groups bigint, OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := current_setting('lifecycle_ledger.chunk_rows');
  large record;
  parted bigint;
BEGIN
  -- A table, and not a document: of a hundred thousand tenants on each of many days they are more than one takes.
  CREATE TEMP TABLE reconcile_groups (place bigint, day date, org text, bucket text, source_rows bigint, source_checksum text, target_rows bigint, target_checksum text, weight bigint, bytes bigint, differs boolean);
  INSERT INTO pg_temp.reconcile_groups
    SELECT 0, c.day, c.org, c.bucket, c.source_rows, c.source_checksum, c.target_rows, c.target_checksum, greatest(c.source_rows, c.target_rows), c.bytes, c.source_checksum <> c.target_checksum
    FROM lifecycle._compare_sides(destination, dataset, 'org', days) c;
  SELECT coalesce(sum(g.bytes), 0) + octet_length(days::text) INTO bytes FROM pg_temp.reconcile_groups g;
  -- Whatever is more than a step takes is parted first, so that each step's keys fit into memory.
  SELECT array_agg(g.day) AS days, array_agg(g.org) AS orgs INTO large FROM pg_temp.reconcile_groups g WHERE g.differs AND g.weight > most;
  DELETE FROM pg_temp.reconcile_groups g WHERE NOT g.differs OR g.weight > most;
  IF large.days IS NOT NULL THEN
    WITH parts AS (
        INSERT INTO pg_temp.reconcile_groups
          SELECT 0, c.day, c.org, c.bucket, c.source_rows, c.source_checksum, c.target_rows, c.target_checksum, greatest(c.source_rows, c.target_rows), c.bytes, c.source_checksum <> c.target_checksum
          FROM lifecycle._compare_sides(destination, dataset, 'bucket', large.days, large.orgs, NULL, 2) c RETURNING *)
      SELECT coalesce(sum(p.bytes), 0) INTO parted FROM parts p;
    DELETE FROM pg_temp.reconcile_groups g WHERE NOT g.differs;
    bytes := bytes + parted + octet_length(large.days::text || large.orgs::text);
  END IF;
  UPDATE pg_temp.reconcile_groups g SET place = p.place
    FROM (SELECT o.ctid AS it, row_number() OVER (ORDER BY o.bucket <> '', o.day, o.org, o.bucket) AS place FROM pg_temp.reconcile_groups o) p WHERE g.ctid = p.it;
  GET DIAGNOSTICS groups = ROW_COUNT;
  CREATE INDEX ON pg_temp.reconcile_groups (place);
  ANALYZE pg_temp.reconcile_groups;
END
$$;
COMMENT ON FUNCTION lifecycle._parity_groups(text, text, date[]) IS
  'Internal: the groups of rows, by day and tenant, that differ between the sources and a destination: makes the temporary table reconcile_groups of this session, which the caller drops: as of _compare_sides(), with weight, the rows of the larger side, and place, from 1 on. Those of more than lifecycle_ledger.chunk_rows rows come in 256 parts, by the first two digits of the MD5 of the key, behind the others. groups: how many.';
