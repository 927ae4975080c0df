CREATE FUNCTION lifecycle._partition_name(source_system text) RETURNS name
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Short enough that index names made from it stay below 63 bytes. A hash tells long or alike names apart, and keeps clear of
  -- what has the name already (contact_events_time is an index) or will have it (a rebuild's table ends in _new).
  SELECT ('contact_events_' || CASE
      WHEN readable = source_system AND length(readable) <= 30 AND readable !~ '_new$'
        AND to_regclass('lifecycle.contact_events_' || readable) IS NULL THEN readable
      ELSE left(readable, 21) || '_' || left(md5(source_system), 8)
    END)::name
  FROM (SELECT regexp_replace(lower(source_system), '[^a-z0-9_]+', '_', 'g') AS readable) r
$$;
COMMENT ON FUNCTION lifecycle._partition_name(text) IS 'Internal: a free name for the partition of contact_events that is to hold a new source.';
