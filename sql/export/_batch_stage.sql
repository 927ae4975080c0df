CREATE FUNCTION lifecycle._batch_stage(contract jsonb) RETURNS regclass
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT lifecycle._session_table('batch', string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place)) FROM lifecycle._contract_columns(contract) c
$$;
COMMENT ON FUNCTION lifecycle._batch_stage(jsonb) IS 'Internal: an empty temporary table with a contract''s columns, as of _session_table().';
