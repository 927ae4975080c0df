CREATE FUNCTION lifecycle._parity_shape(contract jsonb, OUT semantics text, OUT tenant name, OUT time_column name, OUT key name[], OUT key_types text[],
  OUT version_column name, OUT tombstone_column name, OUT key_table name, OUT all_columns name[], OUT compared name[], OUT required name[])
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT s.semantics, s.tenant, s.time_column, s.key, s.key_table INTO semantics, tenant, time_column, key, key_table FROM lifecycle._warehouse_shape(contract) s;
  version_column := lifecycle._contract_property(contract, 'versionColumn') #>> '{}';
  tombstone_column := lifecycle._contract_property(contract, 'tombstoneColumn') #>> '{}';
  -- What is inserted where it is absent is known by what it must not be there twice by.
  IF semantics = 'insert-if-absent' AND lifecycle._contract_property(contract, 'uniquenessGuards') -> 0 IS NOT NULL THEN
    key := ARRAY(SELECT jsonb_array_elements_text(lifecycle._contract_property(contract, 'uniquenessGuards') -> 0))::name[];
  END IF;
  SELECT array_agg(c.name ORDER BY c.place), array_agg(c.name ORDER BY c.place) FILTER (WHERE c.required)
    INTO all_columns, required FROM lifecycle._contract_columns(contract) c;
  -- Another id for the same row is no other row.
  SELECT array_agg(c.name ORDER BY c.place) INTO compared FROM lifecycle._contract_columns(contract) c
    WHERE semantics <> 'insert-if-absent' OR c.name = ANY (key) OR c.key_position IS NULL;
  key_types := ARRAY(SELECT c.type FROM unnest(key) WITH ORDINALITY AS k(name, place) JOIN lifecycle._contract_columns(contract) c USING (name) ORDER BY k.place);
END
$$;
COMMENT ON FUNCTION lifecycle._parity_shape(jsonb) IS
  'Internal: by what rows of a dataset are compared on two sides: key, tenant and time, and the columns that must be the same. Of insert-if-absent datasets the key is the first uniqueness guard, and the columns are all but the id (_compared_columns() says where that cannot be asked for).';
