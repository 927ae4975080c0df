CREATE FUNCTION lifecycle._sum_checksums(checksums text[]) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(sum(split_part(c, ':', 1)::bigint), 0) || ':' || lpad(to_hex((mod(mod(coalesce(sum(('x' || split_part(c, ':', 2))::bit(64)::bigint::numeric), 0),
    18446744073709551616) + 27670116110564327424, 18446744073709551616) - 9223372036854775808)::bigint), 16, '0')
  FROM unnest(checksums) c
$$;
COMMENT ON FUNCTION lifecycle._sum_checksums(text[]) IS 'Internal: the parity_checksum() of several disjoint sets of rows together, out of theirs.';
