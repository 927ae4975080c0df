CREATE FUNCTION lifecycle._partition_name(source_system text) RETURNS name
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Short enough that index names made from it stay below 63 bytes; a hash tells long or alike names apart.
  SELECT ('contact_events_' || CASE
      WHEN readable = source_system AND length(readable) <= 30 THEN readable
      ELSE left(readable, 21) || '_' || left(md5(source_system), 8)
    END)::name
  FROM (SELECT regexp_replace(lower(source_system), '[^a-z0-9_]+', '_', 'g') AS readable) r
$$;
COMMENT ON FUNCTION lifecycle._partition_name(text) IS 'Internal: the name of the partition of contact_events that holds a source.';
