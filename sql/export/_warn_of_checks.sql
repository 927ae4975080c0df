CREATE FUNCTION lifecycle._warn_of_checks(dataset text, rejected bigint, told bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE WARNING USING MESSAGE = format('dataset "%s": the contract''s checks disagree on %s rows; all go through a table instead', dataset, abs(rejected - told)),
    HINT = 'What is sent is right. Please report this with the source''s mapping.';
END
$$;
COMMENT ON FUNCTION lifecycle._warn_of_checks(text, bigint, bigint) IS
  'Internal: says that the checks of _direct_rows() have found another number of rows to break the contract than its checks in SQL told.';
