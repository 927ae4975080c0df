CREATE FUNCTION lifecycle._personal_columns(contract jsonb) RETURNS TABLE (place integer, name name, type text, kind text, redacted text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of a state, what the datasets whose versions it keeps have as columns stays, without theirs that are personal; anything else goes.
  SELECT c.place, c.name, c.type, p.kind, CASE
      WHEN p.kind = 'state' THEN format('lifecycle._redacted_state(a.%I, %L, %L)', c.name, k.kept, k.personal)
      WHEN c.type = 'jsonb' THEN format('CASE WHEN a.%I IS NOT NULL THEN ''{}''::jsonb END', c.name)
      WHEN c.required THEN quote_literal('') ELSE 'NULL' END
  FROM lifecycle._contract_columns(contract) c
    CROSS JOIN LATERAL (SELECT lifecycle._custom_property(contract #> ARRAY['schema', '0', 'properties', (c.place - 1)::text], 'personal') #>> '{}' AS kind) p
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(DISTINCT o.name), '{}') AS kept,
        coalesce(array_agg(DISTINCT o.name) FILTER (WHERE lifecycle._custom_property(d.contract #> ARRAY['schema', '0', 'properties', (o.place - 1)::text], 'personal') IS NOT NULL), '{}') AS personal
      FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._contract_columns(d.contract) o
      WHERE p.kind = 'state' AND lifecycle._contract_property(d.contract, 'snapshots') #>> '{}' = contract ->> 'name') k
  WHERE p.kind IS NOT NULL
  ORDER BY c.place
$$;
COMMENT ON FUNCTION lifecycle._personal_columns(jsonb) IS
  'Internal: the columns of a contract with the custom property personal, which an erasure redacts: value (something about a person), address (by which a person is known), words (a text or document that may name anybody) or state (an entity as it was); and what they become, SQL over alias a.';
