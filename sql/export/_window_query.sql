CREATE FUNCTION lifecycle._window_query(dataset text, from_time timestamptz, until_time timestamptz, OUT query text, OUT any_rows boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  time_column name := lifecycle._contract_property(contract, 'timeColumn') #>> '{}';
  source record;
  compiled record;
  name name;
  type oid;
  condition text;
  found boolean;
BEGIN
  any_rows := false;
  FOR source IN SELECT s.relation, s.mapping FROM lifecycle.dataset_sources s WHERE s.dataset = _window_query.dataset ORDER BY s.relation::text LOOP
    PERFORM lifecycle._require_source(dataset, source.relation);
    SELECT * INTO compiled FROM lifecycle._compile_dataset_mapping(source.relation, source.mapping, contract);
    name := compiled.source_columns[(SELECT c.place FROM lifecycle._contract_columns(contract) c WHERE c.name = time_column)];
    type := (SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = source.relation AND a.attname = name);
    -- The source's own column, bare, so that an index or a partition serves; local times with room for any zone.
    condition := CASE type
      WHEN 'timestamptz'::regtype THEN format('s.%1$I >= %2$L::timestamptz AND s.%1$I < %3$L::timestamptz', name, from_time, until_time)
      WHEN 'timestamp'::regtype THEN format('s.%1$I >= %2$L::timestamp AND s.%1$I < %3$L::timestamp', name, from_time AT TIME ZONE 'UTC' - interval '1 day', until_time AT TIME ZONE 'UTC' + interval '1 day')
      WHEN 'date'::regtype THEN format('s.%1$I >= %2$L::date AND s.%1$I <= %3$L::date', name, from_time::date - 1, until_time::date + 1)
      ELSE 'true' END;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s s WHERE %s)', source.relation, condition) INTO found;
    any_rows := any_rows OR found;
    query := concat_ws(' UNION ALL ', query, format('SELECT q.* FROM (%1$s) q WHERE q.%2$I >= %3$L::timestamptz AND q.%2$I < %4$L::timestamptz',
      lifecycle._dataset_source_query(dataset, source.relation, source.mapping, condition), time_column, from_time, until_time));
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._window_query(text, timestamptz, timestamptz) IS
  'Internal: as _dataset_query(), of the rows whose time, the contract''s timeColumn, lies in a window: from its first instant, before its last. Rows whose time cannot be read are in none. query is null where the dataset has no source; any_rows is false where there surely is no row.';
