CREATE FUNCTION lifecycle._compared_columns(destination text, dataset text) RETURNS name[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shape record;
  compare text := lifecycle._quality_setting('parity', dataset, 'compare');
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(lifecycle._dataset_contract(dataset));
  IF compare NOT IN ('content', 'presence') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('setting "compare" of check parity, dataset "%s", is "%s"', dataset, compare), HINT = 'content or presence.';
  END IF;
  IF shape.semantics <> 'insert-if-absent' OR compare = 'content' THEN
    RETURN shape.compared;
  ELSIF compare = 'presence' THEN
    RETURN shape.key;
  END IF;
  -- A warehouse keeps versions of the entities that it is sent by itself, as those have them. Where the source's own versions need not be
  -- made alike, the two differ from the beginning, and neither was altered: only of the operational tables it is known that they are.
  RETURN CASE WHEN EXISTS (
      SELECT FROM lifecycle._export_datasets(destination) e JOIN lifecycle.datasets d ON d.dataset = e.dataset JOIN lifecycle.dataset_sources s ON s.dataset IN (e.dataset, _compared_columns.dataset)
      WHERE e.kind <> 'directory' AND lifecycle._contract_property(d.contract, 'snapshots') #>> '{}' = _compared_columns.dataset
        AND (s.relation NOT IN (SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'lifecycle'::regnamespace AND c.relname IN ('company_entities', 'person_entities', 'entity_snapshots'))
          OR EXISTS (SELECT FROM jsonb_each(s.mapping) m WHERE m.value <> to_jsonb(m.key))))
    THEN shape.key ELSE shape.compared END;
END
$$;
COMMENT ON FUNCTION lifecycle._compared_columns(text, text) IS
  'Internal: the columns by which rows of a dataset are held against those of a destination: all; of insert-if-absent datasets all but the id, or, where the destination makes such rows by itself and may make others, the columns of the guard alone, which tell that a row is there. The setting compare of check parity (content or presence) decides otherwise. Error 22023 where it says anything else.';
