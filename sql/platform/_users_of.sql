CREATE FUNCTION lifecycle._users_of(keys text[]) RETURNS TABLE (user_key text, user_id uuid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- EXECUTE: planned for the keys at hand, one or a million.
  RETURN QUERY EXECUTE lifecycle._user_lookup('SELECT DISTINCT unnest($1) AS user_key') USING keys;
END
$$;
COMMENT ON FUNCTION lifecycle._users_of(text[]) IS
  'Internal: the users whom these values of events.user_id name, by the rules of _user_lookup(); a row for each distinct key that names one.';
