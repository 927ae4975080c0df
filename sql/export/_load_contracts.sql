CREATE FUNCTION lifecycle._load_contracts() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  shipped jsonb;
  published jsonb;
  failed_message text;
  failed_detail text;
BEGIN
  FOR shipped IN SELECT c FROM lifecycle._shipped_contracts() c LOOP
    SELECT d.contract INTO published FROM lifecycle.datasets d WHERE d.dataset = shipped ->> 'name';
    IF NOT FOUND THEN
      INSERT INTO lifecycle.datasets (dataset, version, status, contract) VALUES (shipped ->> 'name', shipped ->> 'version', shipped ->> 'status', shipped);
    -- A release may bring a later version; one that was published here in the meantime stays, and so does its status.
    ELSIF lifecycle._version_number(shipped ->> 'version') > lifecycle._version_number(published ->> 'version') THEN
      BEGIN
        UPDATE lifecycle.datasets d SET version = shipped ->> 'version', contract = jsonb_set(shipped, '{status}', to_jsonb(d.status)) WHERE d.dataset = shipped ->> 'name';
      EXCEPTION WHEN object_not_in_prerequisite_state THEN
        GET STACKED DIAGNOSTICS failed_message = MESSAGE_TEXT, failed_detail = PG_EXCEPTION_DETAIL;
        RAISE WARNING USING MESSAGE = format('%s %s, which this release brings, was not published: %s', shipped ->> 'name', shipped ->> 'version', failed_message),
          DETAIL = failed_detail, HINT = format('%s stays as it was published here. Publish a version that has both.', shipped ->> 'name');
      END;
    END IF;
  END LOOP;
  INSERT INTO lifecycle.contract_versions (dataset, version, contract) SELECT d.dataset, d.version, d.contract FROM lifecycle.datasets d ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION lifecycle._load_contracts() IS
  'Internal: publishes the contracts of this release where they are not, or in a lower version. One that would break what was published here in the meantime is left out, with a warning.';
