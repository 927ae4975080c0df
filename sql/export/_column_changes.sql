CREATE FUNCTION lifecycle._column_changes(published jsonb, document jsonb)
RETURNS TABLE (place integer, json_pointer text, change text, class text, detail text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH was AS (SELECT c.*, published #> ARRAY['schema', '0', 'properties', (c.place - 1)::text] AS property FROM lifecycle._contract_columns(published) c),
  now AS (SELECT c.*, '/schema/0/properties/' || c.place - 1 AS pointer, document #> ARRAY['schema', '0', 'properties', (c.place - 1)::text] AS property FROM lifecycle._contract_columns(document) c),
  gone AS (SELECT w.* FROM was w WHERE NOT EXISTS (SELECT FROM now n WHERE n.name = w.name)),
  come AS (SELECT n.* FROM now n WHERE NOT EXISTS (SELECT FROM was w WHERE w.name = n.name)),
  -- One that goes while another of its type comes to its place, or with its description, was renamed.
  renamed AS (SELECT DISTINCT ON (g.name) g.name AS was, c.name AS now FROM gone g JOIN come c ON c.type = g.type AND (c.place = g.place OR c.description = g.description) ORDER BY g.name, c.place),
  kept AS (
    SELECT n.place, n.pointer, n.name, w.type AS was_type, n.type, lifecycle._text_limit(w.type) AS was_limit, lifecycle._text_limit(n.type) AS text_limit, w.required AS was_required, n.required,
      w.computed AS was_computed, n.computed, w.key_position AS was_key, n.key_position, w.partition_position AS was_partition, n.partition_position,
      w.valid_values AS was_values, n.valid_values, w.property AS was_property, n.property,
      row_number() OVER (ORDER BY w.place) AS was_rank, row_number() OVER (ORDER BY n.place) AS rank,
      ARRAY(SELECT v FROM unnest(w.valid_values) v WHERE v <> ALL (n.valid_values)) AS lost, ARRAY(SELECT v FROM unnest(n.valid_values) v WHERE v <> ALL (w.valid_values)) AS gained
    FROM was w JOIN now n USING (name))
  SELECT g.place, '/schema/0/properties', CASE WHEN r.now IS NULL THEN 'column_removed' ELSE 'column_renamed' END, 'breaking',
    format('column %s is %s', g.name, coalesce('called ' || r.now || ' now', 'gone')) FROM gone g LEFT JOIN renamed r ON r.was = g.name
  UNION ALL
  SELECT c.place, c.pointer, 'column_added', CASE WHEN c.required THEN 'tightening' WHEN c.place < (SELECT max(k.place) FROM kept k) THEN 'breaking' ELSE 'additive' END,
    format(CASE WHEN c.required THEN 'new column %s may not be null: rows that were exported have no value for it'
      WHEN c.place < (SELECT max(k.place) FROM kept k) THEN 'new column %s stands before others, which files that are read by position have there: put it last' ELSE 'new column %s, which may be null' END, c.name)
  FROM come c WHERE c.name NOT IN (SELECT now FROM renamed)
  UNION ALL
  SELECT k.place, k.pointer, 'column_moved', 'breaking', format('column %s stands at another place: files are read by position', k.name) FROM kept k WHERE k.rank <> k.was_rank
  UNION ALL
  SELECT k.place, k.pointer || x.member, x.change, x.class, format('column %s: %s', k.name, x.detail)
  FROM kept k CROSS JOIN LATERAL (
    SELECT '/physicalType' AS member, CASE WHEN k.text_limit > k.was_limit THEN 'type_widened' WHEN k.text_limit < k.was_limit THEN 'type_narrowed' ELSE 'type_changed' END AS change,
        CASE WHEN k.text_limit > k.was_limit THEN 'additive' WHEN k.text_limit < k.was_limit THEN 'tightening' ELSE 'breaking' END AS class, format('%s becomes %s', k.was_type, k.type) AS detail
      WHERE k.type <> k.was_type AND k.text_limit IS DISTINCT FROM k.was_limit OR k.type <> k.was_type AND k.text_limit IS NULL
    UNION ALL SELECT '/required', CASE WHEN k.required THEN 'null_refused' ELSE 'null_allowed' END, CASE WHEN k.required THEN 'tightening' ELSE 'breaking' END,
        CASE WHEN k.required THEN 'it may no longer be null, which exported rows may be' ELSE 'it may be null, which readers were promised it is not' END
      WHERE k.required <> k.was_required
    UNION ALL SELECT '/quality', 'values_closed', 'tightening', format('any value was allowed, now only %s', array_to_string(k.valid_values, ', ')) WHERE k.was_values IS NULL AND k.valid_values IS NOT NULL
    UNION ALL SELECT '/quality', 'values_opened', 'breaking', format('it had none but %s, now any value', array_to_string(k.was_values, ', ')) WHERE k.was_values IS NOT NULL AND k.valid_values IS NULL
    UNION ALL SELECT '/quality', 'value_removed', 'tightening', format('value %s is no longer allowed', v) FROM unnest(k.lost) v
    UNION ALL SELECT '/quality', 'value_added', 'breaking', format('value %s is new in a list that was closed: readers were promised no other', v) FROM unnest(k.gained) v
    UNION ALL SELECT '/primaryKeyPosition', 'key_changed', 'breaking', format('its place in the key was %s and is %s', coalesce(k.was_key::text, 'none'), coalesce(k.key_position::text, 'none'))
      WHERE k.was_key IS DISTINCT FROM k.key_position
    UNION ALL SELECT '/partitionKeyPosition', 'partition_changed', 'breaking', 'rows are partitioned otherwise'
      WHERE k.was_partition IS DISTINCT FROM k.partition_position OR lifecycle._custom_property(k.was_property, 'partitionTransform') IS DISTINCT FROM lifecycle._custom_property(k.property, 'partitionTransform')
    UNION ALL SELECT '/unique', CASE WHEN coalesce((k.property ->> 'unique')::boolean, false) THEN 'unique_added' ELSE 'unique_removed' END,
        CASE WHEN coalesce((k.property ->> 'unique')::boolean, false) THEN 'tightening' ELSE 'breaking' END, 'whether it is unique'
      WHERE coalesce((k.property ->> 'unique')::boolean, false) <> coalesce((k.was_property ->> 'unique')::boolean, false)
    -- What may stand in it, and what an erasure takes out of it: rows that are exported from then on, or stay, say more than was promised.
    UNION ALL SELECT '/customProperties', CASE WHEN r.now IS NULL OR r.now > r.was THEN 'reference_widened' ELSE 'reference_narrowed' END, CASE WHEN r.now IS NULL OR r.now > r.was THEN 'breaking' ELSE 'tightening' END,
        format('it took %s, and takes %s', coalesce('references of at most ' || r.was || ' bytes', 'any text'), coalesce('references of at most ' || r.now || ' bytes', 'any text, payloads too'))
      FROM (SELECT (lifecycle._custom_property(k.was_property, 'reference') #>> '{}')::bigint AS was, (lifecycle._custom_property(k.property, 'reference') #>> '{}')::bigint AS now) r WHERE r.was IS DISTINCT FROM r.now
    UNION ALL SELECT '/customProperties', 'personal_changed', CASE WHEN p.was IS NULL THEN 'additive' ELSE 'breaking' END,
        format('an erasure took it for %s, and takes it for %s', coalesce(p.was, 'nothing personal'), coalesce(p.now, 'nothing personal'))
      FROM (SELECT lifecycle._custom_property(k.was_property, 'personal') #>> '{}' AS was, lifecycle._custom_property(k.property, 'personal') #>> '{}' AS now) p WHERE p.was IS DISTINCT FROM p.now
    UNION ALL SELECT '/customProperties', 'computed', CASE WHEN k.was_computed AND k.required THEN 'tightening' ELSE 'neutral' END,
        CASE WHEN k.was_computed THEN 'it was computed and is mapped by sources, which do not give it yet' ELSE 'it was mapped by sources and is computed' END
      WHERE k.computed <> k.was_computed
    UNION ALL SELECT '/physicalName', 'column_renamed', 'breaking', 'it has another physicalName' WHERE (k.property -> 'physicalName') IS DISTINCT FROM (k.was_property -> 'physicalName')
    UNION ALL SELECT '/logicalTypeOptions', 'zone_changed', 'breaking', 'its times mean another zone'
      WHERE (k.property #> '{logicalTypeOptions,timezone}', k.property #> '{logicalTypeOptions,defaultTimezone}') IS DISTINCT FROM (k.was_property #> '{logicalTypeOptions,timezone}', k.was_property #> '{logicalTypeOptions,defaultTimezone}')
    -- Whatever is left tells, and binds nobody.
    UNION ALL SELECT '', 'described_otherwise', 'neutral', 'it is described otherwise'
      WHERE lifecycle._column_remarks(k.property) <> lifecycle._column_remarks(k.was_property)
        OR (k.was_values <> k.valid_values AND cardinality(k.lost) = 0 AND cardinality(k.gained) = 0)
  ) x
$$;
COMMENT ON FUNCTION lifecycle._column_changes(jsonb, jsonb) IS
  'Internal: the part of _contract_changes() that is about columns. The pointer to a column that is gone is that of the list it was in.';
