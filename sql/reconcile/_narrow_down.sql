CREATE FUNCTION lifecycle._narrow_down(destination text, dataset text, days date[], orgs text[], buckets text[], weights bigint[], one_sided boolean[],
  OUT keys text[], OUT key_orgs text[], OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  leaf_rows bigint := lifecycle._quality_setting('parity', dataset, 'leaf_rows');
  next_digits integer := coalesce(length(buckets[1]), 0) + 2;
  leaf record;
  found record;
BEGIN
  keys := '{}';
  key_orgs := '{}';
  bytes := 0;
  WHILE cardinality(days) > 0 LOOP
    SELECT array_agg(g.day) FILTER (WHERE g.is_leaf) AS days, array_agg(g.org) FILTER (WHERE g.is_leaf) AS orgs, array_agg(g.bucket) FILTER (WHERE g.is_leaf) AS buckets,
        array_agg(g.day) FILTER (WHERE NOT g.is_leaf) AS more_days, array_agg(g.org) FILTER (WHERE NOT g.is_leaf) AS more_orgs, array_agg(g.bucket) FILTER (WHERE NOT g.is_leaf) AS more_buckets
      INTO leaf
      FROM (SELECT u.day, u.org, u.bucket, u.weight <= leaf_rows OR u.one_sided OR next_digits > 12 AS is_leaf
        FROM unnest(days, orgs, buckets, weights, one_sided) u (day, org, bucket, weight, one_sided)) g;
    IF leaf.days IS NOT NULL THEN
      SELECT coalesce(array_agg(c.key) FILTER (WHERE c.source_rows = 0 OR c.target_rows = 0), '{}') AS keys, coalesce(array_agg(c.org) FILTER (WHERE c.source_rows = 0 OR c.target_rows = 0), '{}') AS orgs, coalesce(sum(c.bytes), 0) AS bytes
        INTO found FROM lifecycle._compare_sides(destination, dataset, 'row', leaf.days, leaf.orgs, CASE WHEN buckets IS NOT NULL THEN leaf.buckets END) c;
      keys := keys || found.keys;
      key_orgs := key_orgs || found.orgs;
      bytes := bytes + found.bytes + octet_length(leaf.days::text || leaf.orgs::text);
    END IF;
    EXIT WHEN leaf.more_days IS NULL;
    bytes := bytes + octet_length(leaf.more_days::text || leaf.more_orgs::text);
    SELECT array_agg(c.day) FILTER (WHERE c.differs) AS days, array_agg(c.org) FILTER (WHERE c.differs) AS orgs, array_agg(c.bucket) FILTER (WHERE c.differs) AS buckets,
        array_agg(greatest(c.source_rows, c.target_rows)) FILTER (WHERE c.differs) AS weights, array_agg(0 IN (c.source_rows, c.target_rows)) FILTER (WHERE c.differs) AS one_sided, coalesce(sum(c.bytes), 0) AS bytes
      INTO found
      FROM (SELECT s.*, s.source_checksum <> s.target_checksum AS differs
        FROM lifecycle._compare_sides(destination, dataset, 'bucket', leaf.more_days, leaf.more_orgs, CASE WHEN buckets IS NOT NULL THEN leaf.more_buckets END, next_digits) s) c;
    days := found.days;
    orgs := found.orgs;
    buckets := found.buckets;
    weights := found.weights;
    one_sided := found.one_sided;
    bytes := bytes + found.bytes;
    next_digits := next_digits + 2;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._narrow_down(text, text, date[], text[], text[], bigint[], boolean[]) IS
  'Internal: finds the rows in which two sides differ, within groups of rows (day, tenant, where given the first digits of the MD5 of the key) that are known to: 256 parts of each, of those that differ 256 parts again, until there are few rows, of which keys and hashes are listed. Gives the keys, once for each side that has a row the other has not, with that row''s tenant, and the bytes asked and answered.';
