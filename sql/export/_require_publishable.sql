CREATE FUNCTION lifecycle._require_publishable(published jsonb, document jsonb) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  dataset text := published ->> 'name';
  was bigint[] := lifecycle._version_number(published ->> 'version');
  now bigint[] := lifecycle._version_number(document ->> 'version');
  changes record;
BEGIN
  SELECT string_agg(format('%s: %s: %s.', coalesce(nullif(c.json_pointer, ''), '/'), c.class, c.detail), E'\n') FILTER (WHERE c.needs = 'major') AS forbidden,
      string_agg(format('%s: %s: %s.', coalesce(nullif(c.json_pointer, ''), '/'), c.class, c.detail), E'\n') AS told, bool_or(c.needs = 'minor') AS adds, count(*) AS number
    INTO changes FROM lifecycle._contract_changes(published, document) c;
  IF now = was THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('%s %s is published, with other content', dataset, published ->> 'version'),
      DETAIL = changes.told, HINT = 'A published version does not change. Give the document a higher version; SELECT * FROM lifecycle.contract_changes(document); says which.';
  ELSIF changes.forbidden IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('%s %s breaks what %s promises', dataset, document ->> 'version', published ->> 'version'),
      DETAIL = changes.forbidden, HINT = lifecycle._next_major_hint(published);
  ELSIF now[1] <> was[1] THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('version %s of %s has to be a dataset of its own', document ->> 'version', dataset),
      DETAIL = format('Within %s only additions happen; %s is published.', dataset, published ->> 'version'), HINT = lifecycle._next_major_hint(published);
  ELSIF now < was OR changes.adds AND now[2] = was[2] THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('version %s of %s is too low', document ->> 'version', dataset),
      DETAIL = format('Version %s is published.%s', published ->> 'version', E'\n' || changes.told),
      HINT = format('Publish it as %s.', CASE WHEN changes.adds THEN format('%s.%s.0', was[1], was[2] + 1) ELSE format('%s.%s.%s', was[1], was[2], was[3] + 1) END);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_publishable(jsonb, jsonb) IS
  'Internal: raises where a contract cannot follow the published one of the same dataset: 42710 the same version with other content, 55000 it breaks or tightens what is published, 22023 its version does not rise as its changes ask.';
