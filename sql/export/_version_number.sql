CREATE FUNCTION lifecycle._version_number(version text) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_to_array(version, '.')::bigint[]
$$;
COMMENT ON FUNCTION lifecycle._version_number(text) IS 'Internal: MAJOR.MINOR.PATCH of a contract as numbers, which compare as versions do.';
