CREATE FUNCTION lifecycle._erased_condition(contract jsonb, entity text, address text, words text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(q.condition, ' OR ' ORDER BY q.condition)
  FROM (
    SELECT format(entity, 'a.entity_id') FROM lifecycle._contract_columns(contract) c WHERE c.name = 'entity_id'
    UNION ALL SELECT format(address, format('a.%I', p.name)) FROM lifecycle._personal_columns(contract) p WHERE p.kind = 'address'
    UNION ALL SELECT format(words, format('a.%I::text', p.name)) FROM lifecycle._personal_columns(contract) p WHERE p.kind IN ('words', 'state')) q(condition)
  WHERE EXISTS (SELECT FROM lifecycle._personal_columns(contract))
$$;
COMMENT ON FUNCTION lifecycle._erased_condition(jsonb, text, text, text) IS
  'Internal: SQL over alias a, whether a row of a dataset is about, or names, an erased person: by its entity, an address, or words, each asked as the format says. Null for a dataset without personal columns.';
