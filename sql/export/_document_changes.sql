CREATE FUNCTION lifecycle._document_changes(published jsonb, document jsonb)
RETURNS TABLE (json_pointer text, change text, class text, needs text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The document's own members. What tells who owns it and what it is for may change at any time.
  SELECT '/' || k.key, 'member_changed', CASE k.key WHEN 'id' THEN 'breaking' ELSE 'neutral' END, 'patch',
    CASE k.key WHEN 'id' THEN format('the id was %s and is %s: another contract', published -> k.key, document -> k.key) ELSE format('%s says something else', k.key) END
  FROM (SELECT jsonb_object_keys(published) UNION SELECT jsonb_object_keys(document)) k(key)
  WHERE k.key NOT IN ('name', 'version', 'status', 'schema', 'slaProperties', 'customProperties') AND (published -> k.key) IS DISTINCT FROM (document -> k.key)
  UNION ALL
  SELECT '/customProperties', 'property_changed', CASE k.property WHEN 'predecessor' THEN 'breaking' ELSE 'neutral' END, 'patch',
    CASE k.property WHEN 'predecessor' THEN format('the predecessor was %s and is %s: it is settled by the first publication', coalesce(was.value::text, 'none'), coalesce(now.value::text, 'none'))
      ELSE format('%s says something else', k.property) END
  FROM (SELECT c ->> 'property' FROM jsonb_array_elements(published -> 'customProperties') c UNION SELECT c ->> 'property' FROM jsonb_array_elements(document -> 'customProperties') c) k(property)
    LEFT JOIN LATERAL (SELECT c -> 'value' AS value FROM jsonb_array_elements(published -> 'customProperties') c WHERE c ->> 'property' = k.property) was ON true
    LEFT JOIN LATERAL (SELECT c -> 'value' AS value FROM jsonb_array_elements(document -> 'customProperties') c WHERE c ->> 'property' = k.property) now ON true
  WHERE was.value IS DISTINCT FROM now.value
  UNION ALL
  -- Service levels say when, not what: no reader breaks on them. A weaker promise is still one that readers are to see in the version.
  SELECT coalesce('/slaProperties/' || now.place - 1, '/slaProperties'),
    CASE WHEN now.s IS NULL THEN 'sla_removed' WHEN was.s IS NULL THEN 'sla_added' WHEN w.weaker THEN 'sla_weakened' ELSE 'sla_changed' END, 'neutral', CASE WHEN w.weaker THEN 'minor' ELSE 'patch' END,
    format('%s was %s and is %s%s', coalesce(now.s, was.s) ->> 'property', coalesce((was.s ->> 'value') || (was.s ->> 'unit'), was.s ->> 'value', 'not promised'),
      coalesce((now.s ->> 'value') || (now.s ->> 'unit'), now.s ->> 'value', 'not promised'), CASE WHEN w.weaker THEN ': a weaker promise' ELSE '' END)
  FROM (SELECT x.* FROM jsonb_array_elements(published -> 'slaProperties') WITH ORDINALITY AS x(s, place)) was
    FULL JOIN (SELECT x.* FROM jsonb_array_elements(document -> 'slaProperties') WITH ORDINALITY AS x(s, place)) now
      ON now.s ->> 'property' = was.s ->> 'property' AND now.s ->> 'element' IS NOT DISTINCT FROM was.s ->> 'element'
    CROSS JOIN LATERAL (SELECT CASE WHEN now.s IS NULL THEN true WHEN was.s IS NULL THEN false
      WHEN now.s ->> 'property' IN ('latency', 'frequency', 'reconciliationFrequency') THEN coalesce(lifecycle._sla_seconds(now.s) > lifecycle._sla_seconds(was.s), (now.s - 'description') <> (was.s - 'description'))
      ELSE false END AS weaker) w
  WHERE now.s IS DISTINCT FROM was.s
  UNION ALL
  -- The table.
  SELECT '/schema/0/' || k.key, 'member_changed', CASE WHEN k.key IN ('physicalName', 'physicalType') THEN 'breaking' ELSE 'neutral' END, 'patch',
    CASE WHEN k.key IN ('physicalName', 'physicalType') THEN format('%s was %s and is %s', k.key, coalesce((published #> '{schema,0}' -> k.key)::text, 'none'), coalesce((document #> '{schema,0}' -> k.key)::text, 'none'))
      ELSE format('%s says something else', k.key) END
  FROM (SELECT jsonb_object_keys(published #> '{schema,0}') UNION SELECT jsonb_object_keys(document #> '{schema,0}')) k(key)
  WHERE k.key NOT IN ('name', 'properties', 'customProperties') AND (published #> '{schema,0}' -> k.key) IS DISTINCT FROM (document #> '{schema,0}' -> k.key)
  UNION ALL
  -- How rows are written, whose they are, what is unique: readers build on every one of them.
  SELECT '/schema/0/customProperties', k.property, CASE
      WHEN k.property NOT IN ('writeSemantics', 'tenantColumn', 'timeColumn', 'versionColumn', 'tombstoneColumn', 'entityType', 'snapshots') THEN 'neutral'
      WHEN w.was IS NULL AND k.property IN ('entityType', 'snapshots') THEN 'additive'
      WHEN w.was IS NULL AND k.property = 'tombstoneColumn' AND NOT EXISTS (SELECT FROM lifecycle._contract_columns(published) c WHERE to_jsonb(c.name) = w.now) THEN 'additive'
      ELSE 'breaking' END, 'patch',
    format('%s was %s and is %s', k.property, coalesce(w.was::text, 'none'), coalesce(w.now::text, 'none'))
  FROM (SELECT c ->> 'property' FROM jsonb_array_elements(published #> '{schema,0,customProperties}') c UNION SELECT c ->> 'property' FROM jsonb_array_elements(document #> '{schema,0,customProperties}') c) k(property)
    CROSS JOIN LATERAL (SELECT lifecycle._contract_property(published, k.property) AS was, lifecycle._contract_property(document, k.property) AS now) w
  WHERE k.property <> 'uniquenessGuards' AND w.was IS DISTINCT FROM w.now
  UNION ALL
  SELECT '/schema/0/customProperties', CASE WHEN now.guard IS NULL THEN 'guard_removed' ELSE 'guard_added' END, CASE WHEN now.guard IS NULL THEN 'breaking' ELSE 'tightening' END, 'patch',
    CASE WHEN now.guard IS NULL THEN format('(%s) is no longer unique: joins by it may double', array_to_string(was.guard, ', ')) ELSE format('(%s) has to be unique, which rows that were exported need not be', array_to_string(now.guard, ', ')) END
  FROM (SELECT ARRAY(SELECT n FROM jsonb_array_elements_text(g) n ORDER BY n) AS guard FROM jsonb_array_elements(lifecycle._contract_property(published, 'uniquenessGuards')) g) was
    FULL JOIN (SELECT ARRAY(SELECT n FROM jsonb_array_elements_text(g) n ORDER BY n) AS guard FROM jsonb_array_elements(lifecycle._contract_property(document, 'uniquenessGuards')) g) now ON now.guard = was.guard
  WHERE was.guard IS NULL OR now.guard IS NULL
$$;
COMMENT ON FUNCTION lifecycle._document_changes(jsonb, jsonb) IS 'Internal: the part of _contract_changes() that is about the document and its table, not about columns.';
