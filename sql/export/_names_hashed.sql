CREATE FUNCTION lifecycle._names_hashed(words text, entities uuid[], salt bytea, addresses bytea[]) RETURNS boolean
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT EXISTS (SELECT FROM lifecycle._names_in(words) n WHERE n.id::uuid = ANY (entities) OR lifecycle._hashed_address(n.address, salt) = ANY (addresses))
$$;
COMMENT ON FUNCTION lifecycle._names_hashed(text, uuid[], bytea, bytea[]) IS 'Internal: whether a text names one of these entities, or an address with one of these hashes.';
