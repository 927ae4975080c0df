CREATE PROCEDURE lifecycle._erase_user(user_id uuid)
LANGUAGE plpgsql
AS $$
BEGIN
  CALL lifecycle._erase('user', user_id::text);
END
$$;
COMMENT ON PROCEDURE lifecycle._erase_user(uuid) IS 'Internal: what erase_user() runs, within the frame in which append-only tables can be opened.';
