CREATE PROCEDURE lifecycle._next_transaction()
LANGUAGE plpgsql
AS $$
BEGIN
  COMMIT;
  -- A cut is taken in one statement and rows are read in a later one: both need their own snapshot.
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
  PERFORM lifecycle._pin_settings();
END
$$;
COMMENT ON PROCEDURE lifecycle._next_transaction() IS 'Internal: commits and begins the next READ COMMITTED transaction with pinned settings, which COMMIT resets.';
