CREATE FUNCTION lifecycle._next_major_hint(contract jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('Such a change takes a version of its own: 1. publish_contract() of %1$s, version %2$s.0.0, with {"property": "predecessor", "value": "%3$s"} among its customProperties; '
      '2. both are exported for a window of at least two release cycles; 3. every consumer completes its migration: acknowledge_migration(consumer, ''%1$s''). Then retire_dataset(''%3$s'').',
    regexp_replace(contract ->> 'name', '_v\d+$', '') || '_v' || m.next, m.next, contract ->> 'name')
  FROM (SELECT (lifecycle._version_number(contract ->> 'version'))[1] + 1 AS next) m
$$;
COMMENT ON FUNCTION lifecycle._next_major_hint(jsonb) IS 'Internal: the three steps that a change takes which breaks this contract.';
