CREATE FUNCTION lifecycle._check_document(document jsonb) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problems text[];
  snapshots text;
BEGIN
  IF document IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'there is no contract document',
      HINT = 'SELECT contract FROM lifecycle.datasets WHERE dataset = ''dx_operation_runs_v1''; shows one to start from.';
  END IF;
  problems := lifecycle._contract_problems(document);
  IF cardinality(problems) = 0 THEN
    snapshots := lifecycle._contract_property(document, 'snapshots') #>> '{}';
    IF NOT EXISTS (SELECT FROM lifecycle.datasets d WHERE d.dataset = snapshots AND d.status IN ('active', 'deprecated')
        AND lifecycle._contract_property(d.contract, 'writeSemantics') = '"insert-if-absent"') AND snapshots IS NOT NULL THEN
      problems := ARRAY['/schema/0/customProperties: snapshots must name an active dataset that is written insert-if-absent.'];
    END IF;
  END IF;
  IF cardinality(problems) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('the contract document%s is not sound', ' of "' || left(document ->> 'name', 100) || '"'),
      DETAIL = array_to_string(problems, E'\n'), HINT = 'Mend what is listed, each at its JSON pointer. docs/EXPORT.md says what is acted upon, the Open Data Contract Standard the rest.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_document(jsonb) IS 'Internal: raises 22023 with everything that is wrong with a contract document, 22004 where there is none.';
