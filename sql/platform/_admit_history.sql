CREATE FUNCTION lifecycle._admit_history() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- A dump's rows come with their numbers, after the users and so after the first entries that were made for these. Looked for
  -- first, so that whoever merely moves users needs no right to change history.
  IF EXISTS (SELECT FROM lifecycle.user_lifecycle_history WHERE id = NEW.id AND cause = 'created') THEN
    UPDATE lifecycle.user_lifecycle_history SET id = nextval('lifecycle.user_lifecycle_history_id_seq') WHERE id = NEW.id;
  END IF;
  IF NEW.from_stage IS NULL AND EXISTS (SELECT FROM lifecycle.user_lifecycle_history WHERE user_id = NEW.user_id AND from_stage IS NULL AND cause = 'created') THEN
    DELETE FROM lifecycle.user_lifecycle_history WHERE user_id = NEW.user_id AND from_stage IS NULL AND cause = 'created';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION lifecycle._admit_history() IS
  'Internal: trigger on user_lifecycle_history: a first entry that is brought along takes the place of the one that was made with the user, so that users and their history may be loaded one after the other.';
