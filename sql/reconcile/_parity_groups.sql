CREATE FUNCTION lifecycle._parity_groups(destination text, dataset text, days date[], OUT groups jsonb, OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  most bigint := current_setting('lifecycle_ledger.chunk_rows');
  found record;
  large record;
BEGIN
  -- Whatever is more than a step takes is parted first, so that each step's keys fit into memory.
  SELECT coalesce(jsonb_agg(to_jsonb(g.*) ORDER BY g.day, g.org) FILTER (WHERE g.differs AND g.weight <= most), '[]') AS groups, coalesce(sum(g.bytes), 0) AS bytes,
      array_agg(g.day) FILTER (WHERE g.differs AND g.weight > most) AS large_days, array_agg(g.org) FILTER (WHERE g.differs AND g.weight > most) AS large_orgs
    INTO found
    FROM (SELECT c.*, c.source_checksum <> c.target_checksum AS differs, greatest(c.source_rows, c.target_rows) AS weight
      FROM lifecycle._compare_sides(destination, dataset, 'org', days) c) g;
  groups := found.groups;
  bytes := found.bytes + octet_length(days::text);
  IF found.large_days IS NOT NULL THEN
    SELECT coalesce(jsonb_agg(to_jsonb(g.*) ORDER BY g.day, g.org, g.bucket) FILTER (WHERE g.differs), '[]') AS groups, coalesce(sum(g.bytes), 0) AS bytes INTO large
      FROM (SELECT c.*, c.source_checksum <> c.target_checksum AS differs, greatest(c.source_rows, c.target_rows) AS weight
        FROM lifecycle._compare_sides(destination, dataset, 'bucket', found.large_days, found.large_orgs, NULL, 2) c) g;
    groups := groups || large.groups;
    bytes := bytes + large.bytes + octet_length(found.large_days::text || found.large_orgs::text);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._parity_groups(text, text, date[]) IS
  'Internal: the groups of rows, by day and tenant, that differ between the sources and a destination, an array of objects as of _compare_sides() with weight, the rows of the larger side; those of more than lifecycle_ledger.chunk_rows rows in 256 parts, by the first two digits of the MD5 of the key.';
