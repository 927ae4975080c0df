CREATE FUNCTION lifecycle._hashed_address(address text, salt bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT sha256(salt || convert_to(lifecycle.normalize_email(address), 'UTF8'))
$$;
COMMENT ON FUNCTION lifecycle._hashed_address(text, bytea) IS 'Internal: SHA-256 of the salt and the address in its normal form: what an erasure says of an address on its way to a destination.';
