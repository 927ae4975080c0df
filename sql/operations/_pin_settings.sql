-- No SET clause here: settings it pins must outlive the function, to the end of the transaction.
CREATE FUNCTION lifecycle._pin_settings() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  PERFORM pg_catalog.set_config('standard_conforming_strings', 'on', true);
  -- Whatever turns a source value into text must not depend on who calls.
  PERFORM pg_catalog.set_config('timezone', 'UTC', true);
  PERFORM pg_catalog.set_config('datestyle', 'ISO, MDY', true);
  PERFORM pg_catalog.set_config('intervalstyle', 'postgres', true);
  PERFORM pg_catalog.set_config('extra_float_digits', '1', true);
  PERFORM pg_catalog.set_config('bytea_output', 'hex', true);
  -- Estimates for functions in FROM, far above what they return, would have each of many small statements compiled: seconds for milliseconds.
  PERFORM pg_catalog.set_config('jit', 'off', true);
END
$$;
COMMENT ON FUNCTION lifecycle._pin_settings() IS 'Internal: pins search_path, time zone, output formats and how strings are read, and switches JIT compilation off, to the end of the transaction.';
