CREATE FUNCTION lifecycle._check_contract_version(dataset text, here text, there text) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  ours integer[];
  theirs integer[];
BEGIN
  IF there !~ '^\d{1,9}\.\d{1,9}\.\d{1,9}$' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('"%s" is no version of a contract', there), HINT = 'A version is MAJOR.MINOR.PATCH, such as 1.0.0.';
  END IF;
  ours := string_to_array(here, '.');
  theirs := string_to_array(there, '.');
  -- Within a major version contracts only grow: an older sender is understood, a newer one not wholly.
  IF ours[1] <> theirs[1] OR ours[2] < theirs[2] THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('the contract of dataset "%s" here cannot take a batch of version %s', dataset, there),
      DETAIL = format('Here it is version %s.', here),
      HINT = CASE WHEN ours < theirs THEN 'Bring this side up to date: ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); CALL lifecycle.install_warehouse();'
        ELSE 'Bring the sender up to date.' END;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_contract_version(text, text, text) IS
  'Internal: raises 55000 where the contract of a dataset here cannot take rows of the version there (null: nobody said): of another major version, or of a later minor one, which may have more columns.';
