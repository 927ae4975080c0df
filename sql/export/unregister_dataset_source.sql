CREATE FUNCTION lifecycle.unregister_dataset_source(dataset text, relation regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  DELETE FROM lifecycle.dataset_sources s WHERE s.dataset = unregister_dataset_source.dataset AND s.relation = unregister_dataset_source.relation;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('%s is no source of dataset "%s"', relation, dataset),
      DETAIL = coalesce('Its sources are: ' || (SELECT string_agg(s.relation::text, ', ' ORDER BY s.relation::text) FROM lifecycle.dataset_sources s
        WHERE s.dataset = unregister_dataset_source.dataset) || '.', 'It has none.'),
      HINT = 'SELECT dataset, relation FROM lifecycle.dataset_sources;';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle.unregister_dataset_source(text, regclass) IS
  'Ends the registration of a relation as a source of a dataset. What was exported from it stays where it is. Error 42704 when it is not registered.';
