CREATE FUNCTION lifecycle._column_remarks(property jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (property - '{name,physicalType,required,primaryKey,primaryKeyPosition,partitioned,partitionKeyPosition,unique,physicalName,quality,customProperties,logicalType,logicalTypeOptions}'::text[])
    || jsonb_build_object('quality', (SELECT jsonb_agg(q #- '{arguments,validValues}' ORDER BY o) FROM jsonb_array_elements(property -> 'quality') WITH ORDINALITY AS x(q, o) WHERE q #> '{arguments,validValues}' IS NULL),
      'customProperties', (SELECT jsonb_agg(c ORDER BY o) FROM jsonb_array_elements(property -> 'customProperties') WITH ORDINALITY AS x(c, o) WHERE c ->> 'property' NOT IN ('computed', 'partitionTransform', 'reference', 'personal')),
      'logicalTypeOptions', (property -> 'logicalTypeOptions') - '{timezone,defaultTimezone,maxLength}'::text[])
$$;
COMMENT ON FUNCTION lifecycle._column_remarks(jsonb) IS 'Internal: what a column of a contract says beyond what _column_changes() tells one by one: descriptions, examples, tags, marks, thresholds of checks.';
