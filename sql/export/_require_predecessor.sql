CREATE FUNCTION lifecycle._require_predecessor(document jsonb) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  called text := document ->> 'name';
  stated text := lifecycle._custom_property(document, 'predecessor') #>> '{}';
  former record;
BEGIN
  IF stated IS NULL THEN
    SELECT d.dataset, d.version INTO former FROM lifecycle.datasets d
      WHERE regexp_replace(d.dataset, '_v\d+$', '') = regexp_replace(called, '_v\d+$', '') AND d.status <> 'retired'
      ORDER BY lifecycle._version_number(d.version) DESC LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('%s does not say what it succeeds', called),
        DETAIL = format('%s %s is published.', former.dataset, former.version),
        HINT = format('Add {"property": "predecessor", "value": "%s"} to the customProperties of the document.', former.dataset);
    END IF;
    RETURN NULL;
  END IF;
  SELECT d.*, m.successor INTO former FROM lifecycle.datasets d LEFT JOIN lifecycle.contract_migrations m USING (dataset) WHERE d.dataset = stated;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no dataset "%s" that "%s" could succeed', stated, called),
      DETAIL = format('Datasets: %s.', (SELECT string_agg(d.dataset, ', ' ORDER BY d.dataset) FROM lifecycle.datasets d)), HINT = 'The predecessor among the customProperties must name one of them.';
  ELSIF former.successor IS NOT NULL OR former.status NOT IN ('active', 'deprecated') THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('"%s" cannot be succeeded by "%s"', stated, called),
      DETAIL = format('It is %s%s.', former.status, ', succeeded by ' || former.successor), HINT = format('Name %s as predecessor.', coalesce(former.successor, 'an active dataset'));
  ELSIF (lifecycle._version_number(document ->> 'version'))[1] <= (lifecycle._version_number(former.version))[1] THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('version %s of "%s" cannot succeed %s of "%s"', document ->> 'version', called, former.version, stated),
      DETAIL = 'A successor has a higher major version.', HINT = format('Publish it as %s.0.0.', (lifecycle._version_number(former.version))[1] + 1);
  END IF;
  RETURN stated;
END
$$;
COMMENT ON FUNCTION lifecycle._require_predecessor(jsonb) IS
  'Internal: the dataset that a new one succeeds, by its customProperty predecessor; null where there is none. Errors: 22023 a dataset of its name and another version is published and not named, or the major version is not higher; 42704 it does not exist; 55000 it has a successor or is retired.';
