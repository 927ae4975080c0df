CREATE FUNCTION lifecycle._custom_property(object jsonb, property text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT c -> 'value' FROM jsonb_array_elements(object -> 'customProperties') c WHERE c ->> 'property' = _custom_property.property
$$;
COMMENT ON FUNCTION lifecycle._custom_property(jsonb, text) IS 'Internal: the value of one of the customProperties of an object in a contract, be it the document, the schema or a column. Null where it has none.';
