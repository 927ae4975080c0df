CREATE FUNCTION lifecycle._sla(dataset text, property text) RETURNS interval
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (p ->> 'value')::double precision * CASE left(lower(p ->> 'unit'), 1) WHEN 's' THEN interval '1 second' WHEN 'm' THEN interval '1 minute' WHEN 'h' THEN interval '1 hour'
      WHEN 'd' THEN interval '1 day' WHEN 'w' THEN interval '7 days' END
  FROM jsonb_array_elements(lifecycle._dataset_contract(dataset) -> 'slaProperties') p WHERE p ->> 'property' = _sla.property LIMIT 1
$$;
COMMENT ON FUNCTION lifecycle._sla(text, text) IS 'Internal: a time out of a contract''s service level: latency, frequency, reconciliationFrequency. Null where it names none.';
