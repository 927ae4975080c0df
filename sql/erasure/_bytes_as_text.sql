CREATE FUNCTION lifecycle._bytes_as_text(bytes bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN OTHERS THEN
  RETURN encode(bytes, 'escape');
END
$$;
COMMENT ON FUNCTION lifecycle._bytes_as_text(bytea) IS
  'Internal: bytes as the text they are; where they are no UTF-8, with everything beyond ASCII as \nnn.';
