CREATE FUNCTION lifecycle._erased_user_of(line text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  document jsonb;
BEGIN
  IF NOT lifecycle._any_suppressed() THEN
    RETURN NULL;
  END IF;
  document := line::jsonb;
  RETURN lifecycle._pseudonym(coalesce(document ->> 'user_id', document ->> 'subject'));
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._erased_user_of(text) IS
  'Internal: the pseudonym of the user of an event line or envelope, where that was erased; null otherwise, and where the line cannot be read.';
