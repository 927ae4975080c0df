CREATE FUNCTION lifecycle._user_keys(id uuid, email text, attributes jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ARRAY(SELECT DISTINCT k FROM unnest(ARRAY[id::text, upper(id::text), attributes->>'external_id', email, lifecycle.normalize_email(email)]) k
    WHERE k IS NOT NULL)
$$;
COMMENT ON FUNCTION lifecycle._user_keys(uuid, text, jsonb) IS
  'Internal: the values of events.user_id under which a user''s events are looked for; of the e-mail address the form in users and the normal form.';
