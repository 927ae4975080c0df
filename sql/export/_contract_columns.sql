CREATE FUNCTION lifecycle._contract_columns(contract jsonb)
RETURNS TABLE (place integer, name name, type text, required boolean, computed boolean, key_position integer, partition_position integer,
  valid_values text[], description text)
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT p.place::integer, (p.property ->> 'name')::name, p.property ->> 'physicalType', coalesce((p.property ->> 'required')::boolean, false),
    coalesce((SELECT (c ->> 'value')::boolean FROM jsonb_array_elements(p.property -> 'customProperties') c WHERE c ->> 'property' = 'computed'), false),
    (p.property ->> 'primaryKeyPosition')::integer, (p.property ->> 'partitionKeyPosition')::integer,
    (SELECT array_agg(v.value ORDER BY v.place) FROM jsonb_array_elements(p.property -> 'quality') q
       CROSS JOIN LATERAL jsonb_array_elements_text(q -> 'arguments' -> 'validValues') WITH ORDINALITY AS v(value, place)),
    p.property ->> 'description'
  FROM jsonb_array_elements(contract -> 'schema' -> 0 -> 'properties') WITH ORDINALITY AS p(property, place)
  ORDER BY p.place
$$;
COMMENT ON FUNCTION lifecycle._contract_columns(jsonb) IS
  'Internal: the columns of a contract without problems, in order. type can stand in SQL as it is. computed: given by the export, not by a source. valid_values null: any.';
