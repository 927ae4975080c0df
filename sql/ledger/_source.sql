CREATE FUNCTION lifecycle._source(INOUT source_system text, OUT relation regclass, OUT mapping jsonb, OUT look_back interval,
  OUT partition_name name, OUT loaded_at timestamptz, OUT watermark timestamptz, OUT contacts_applied bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT s.relation, s.mapping, s.look_back, s.partition_name, s.loaded_at, s.watermark, s.contacts_applied
    INTO relation, mapping, look_back, partition_name, loaded_at, watermark, contacts_applied
    FROM lifecycle.sources s WHERE s.source_system = _source.source_system;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = format('source "%s" is not registered', source_system),
      DETAIL = coalesce('Registered are: ' || (SELECT string_agg(s.source_system, ', ' ORDER BY s.source_system) FROM lifecycle.sources s) || '.',
        'No source is registered.'),
      HINT = 'SELECT lifecycle.register_source(source_system, relation, mapping);';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = format('the relation of source "%s" no longer exists', source_system),
      DETAIL = format('It had OID %s.', relation::oid),
      HINT = 'Register the source again with the relation it now has, or SELECT lifecycle.unregister_source(source_system);';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._source(text) IS 'Internal: the row of a registered source; raises 42704 or 42P01 with the mend.';
