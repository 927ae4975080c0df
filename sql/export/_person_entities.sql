CREATE FUNCTION lifecycle._person_entities(ids text[], emails text[], OUT entities uuid[], OUT notes text[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  place record;
  found uuid[];
BEGIN
  entities := ARRAY(SELECT DISTINCT i::uuid FROM unnest(ids) i WHERE lifecycle._uuid_or_null(i) IS NOT NULL);
  notes := '{}';
  FOR place IN
    SELECT d.dataset, d.contract, w.relation FROM lifecycle.datasets d
      CROSS JOIN LATERAL (SELECT NULL::regclass WHERE EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = d.dataset)
        UNION ALL SELECT to_regclass(format('%I.%I', h.warehouse, d.dataset)) FROM lifecycle.warehouses h) w(relation)
    WHERE EXISTS (SELECT FROM lifecycle._personal_columns(d.contract) p WHERE p.kind = 'address') AND EXISTS (SELECT FROM lifecycle._contract_columns(d.contract) c WHERE c.name = 'entity_id')
  LOOP
    BEGIN
      EXECUTE format('SELECT coalesce(array_agg(DISTINCT a.entity_id), ''{}'') FROM (%s) a WHERE %s',
          coalesce('SELECT * FROM ' || place.relation, lifecycle._dataset_query(place.dataset)),
          (SELECT string_agg(format('CASE WHEN octet_length(a.%1$I) <= 1048576 THEN lifecycle.normalize_email(a.%1$I) END = ANY ($1)', p.name), ' OR ') FROM lifecycle._personal_columns(place.contract) p WHERE p.kind = 'address'))
        INTO found USING emails;
      entities := ARRAY(SELECT DISTINCT unnest(entities || found));
    EXCEPTION WHEN OTHERS THEN
      -- A source that cannot be read must not keep anybody from being forgotten elsewhere.
      notes := notes || format('Dataset %s was not searched for the person''s entities: %s', place.dataset, SQLERRM);
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._person_entities(text[], text[]) IS
  'Internal: the entities that a person is in datasets: those with one of the ids, and those that a source or a warehouse here knows by one of the addresses.';
