CREATE FUNCTION lifecycle._refuse_external_id() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'string_data_right_truncation', MESSAGE = 'an external_id of a user has at most 1000 bytes',
    DETAIL = format('That of user %s has %s: "%s…"', NEW.id, octet_length(NEW.attributes ->> 'external_id'), left(NEW.attributes ->> 'external_id', 50)),
    HINT = 'Events name users by it: keep it short, and anything longer in another attribute.';
END
$$;
COMMENT ON FUNCTION lifecycle._refuse_external_id() IS 'Internal: trigger of users before what gives a user an external_id that is too long to be looked up. Error 22001.';
