CREATE FUNCTION lifecycle._dataset_query(dataset text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  sources text;
  gone oid;
BEGIN
  PERFORM lifecycle._dataset_contract(dataset);
  SELECT s.relation INTO gone FROM lifecycle.dataset_sources s WHERE s.dataset = _dataset_query.dataset AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relation);
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('a source of dataset "%s" no longer exists', dataset),
      DETAIL = format('It had OID %s.', gone), HINT = format('DELETE FROM lifecycle.dataset_sources WHERE dataset = %L AND relation = %s; and register the relation it is now.', dataset, gone);
  END IF;
  SELECT string_agg(lifecycle._dataset_source_query(s.dataset, s.relation, s.mapping), ' UNION ALL ' ORDER BY s.relation::text) INTO sources
    FROM lifecycle.dataset_sources s WHERE s.dataset = _dataset_query.dataset;
  IF sources IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('dataset "%s" has no source', dataset),
      HINT = format('SELECT lifecycle.register_dataset_source(%L, relation, mapping); CALL lifecycle.install_operational_tables() makes tables for those who have none.', dataset);
  END IF;
  RETURN sources;
END
$$;
COMMENT ON FUNCTION lifecycle._dataset_query(text) IS
  'Internal: SQL that maps all rows of all sources of a dataset: the contract''s columns, of its types and in its order, then, by names that no contract can have, reject code (null: the row keeps the contract), reject sqlstate, json pointer (to the source''s column within reject body; empty where several make the value up), reject detail, reject key, reject body (the source row, of rejected rows only), change time and source relation. To be run under search_path = pg_catalog, pg_temp in time zone UTC. No row raises an error. Of a rejected row the columns hold what could be read. Errors: 42704 unknown dataset, 55000 no source, 42P01 a source that is gone, and those of registration where a relation has changed.';
