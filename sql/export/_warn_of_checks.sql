CREATE FUNCTION lifecycle._warn_of_checks(dataset text, rejected bigint, told bigint, sent boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problem text := format('dataset "%s": the contract''s checks disagree on %s rows; all go through a table instead', dataset, abs(rejected - told));
BEGIN
  IF sent AND told > rejected THEN
    RAISE WARNING USING MESSAGE = problem,
      DETAIL = format('At least %s rows that break the contract were sent before that was known. They are at the destination, but for those that it refused.', told - rejected),
      HINT = 'Look for them there by the keys of the dead letters. Please report this with the source''s mapping.';
  ELSE
    RAISE WARNING USING MESSAGE = problem, HINT = 'What is sent is right. Please report this with the source''s mapping.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._warn_of_checks(text, bigint, bigint, boolean) IS
  'Internal: says that the checks of _direct_rows() have found another number of rows to break the contract than its checks in SQL told. sent: what they let pass has left already.';
