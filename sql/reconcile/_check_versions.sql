CREATE FUNCTION lifecycle._check_versions(run bigint, destination text, dataset text, day date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  most CONSTANT integer := 10000;
  snapshots text := lifecycle._contract_property(lifecycle._dataset_contract(dataset), 'snapshots') #>> '{}';
  subject text := dataset || '@' || destination;
  place lifecycle.destinations;
  keys text[];
BEGIN
  SELECT * INTO STRICT place FROM lifecycle.destinations d WHERE d.destination = _check_versions.destination;
  -- A directory has the versions that it was sent. What is to be ignored of what only the destination has is not looked for.
  IF snapshots IS NULL OR place.kind = 'directory' OR NOT EXISTS (SELECT FROM lifecycle.export_positions p WHERE p.destination = _check_versions.destination AND p.dataset = _check_versions.dataset)
    OR 'ignore' IN (lifecycle._quality_setting('parity', dataset, 'target_only'), lifecycle._quality_setting('parity', snapshots, 'target_only')) THEN
    RETURN;
  END IF;
  CASE place.kind
    WHEN 'schema' THEN
      keys := ARRAY(SELECT lifecycle._stray_versions(dataset, place.place, day, most));
    WHEN 'server' THEN
      keys := ARRAY(SELECT r[1] FROM lifecycle._on_server(place.place::name, 'SELECT lifecycle._stray_versions($1::text, $2::name, $3::date, $4::integer)',
        dataset, coalesce(place.options ->> 'warehouse', 'lifecycle'), day::text, most::text) r);
  END CASE;
  -- A version that a source has may be ahead of its entity there.
  IF cardinality(keys) > 0 AND EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE s.dataset = snapshots) THEN
    EXECUTE format('SELECT ARRAY(SELECT k.key FROM unnest($1) WITH ORDINALITY k(key, place) WHERE NOT EXISTS (SELECT FROM %s r WHERE r."key text" = k.key) ORDER BY k.place)',
      lifecycle._reconciled_rows(destination, snapshots, NULL, keys)) INTO keys USING keys;
  END IF;
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, window_start, window_end, target_only, verdict, detail)
    VALUES (run, 'versions', _check_versions.dataset, _check_versions.destination, day, day, cardinality(keys), CASE cardinality(keys) WHEN 0 THEN 'ok' ELSE 'target_only' END,
      nullif(array_to_string(keys[:10], ', '), ''));
  IF cardinality(keys) > 0 THEN
    PERFORM lifecycle._raise_alert('versions', subject, 'error', format('%s versions in dataset "%s" at destination "%s" are of no entity in "%s" there, or above its version, and no source has them', cardinality(keys), snapshots, destination, dataset),
      'Among them: ' || array_to_string(keys[:10], ', '), 'They were written there, or the source was set back. docs/RECONCILIATION.md says what to do.');
  ELSIF day IS NULL THEN
    PERFORM lifecycle._resolve_alert('versions', subject);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_versions(bigint, text, text, date) IS
  'Internal: looks in a warehouse for versions of a dataset''s entities that it cannot have kept of what it was sent: of no entity it has, or above its version, and at no source of versions either. Ten thousand at most. Records what it finds, and raises or resolves the alert versions.';
