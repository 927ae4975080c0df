CREATE FUNCTION lifecycle._compared_values(contract jsonb, columns name[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of a state, a member that is null and one that is not there say the same: who makes it under a later version of the contract has more of them.
  SELECT string_agg(format(CASE WHEN c.type = 'jsonb' AND lifecycle._contract_property(contract, 'writeSemantics') #>> '{}' = 'insert-if-absent' THEN 'jsonb_strip_nulls(r.%I)' ELSE 'r.%I' END, n.name),
    ', ' ORDER BY n.place)
  FROM unnest(columns) WITH ORDINALITY AS n(name, place) LEFT JOIN lifecycle._contract_columns(contract) c ON c.name = n.name
$$;
COMMENT ON FUNCTION lifecycle._compared_values(jsonb, name[]) IS 'Internal: SQL, the values of columns over alias r as they are compared on two sides: as they are; of insert-if-absent datasets documents without members that are null.';
