CREATE FUNCTION lifecycle._bury_lines(dataset text, contract_version text, refusals jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  WITH tenant AS MATERIALIZED (
      SELECT c.name, c.type = 'uuid' AS is_uuid FROM lifecycle._contract_columns(lifecycle._dataset_contract(dataset)) c
      WHERE c.name = lifecycle._contract_property(lifecycle._dataset_contract(dataset), 'tenantColumn') #>> '{}'),
    refused AS MATERIALIZED (
      SELECT DISTINCT ON (r.body) r.*, CASE WHEN t.is_uuid THEN lifecycle._uuid_or_null(v.value)::text ELSE v.value END AS org_id
      FROM jsonb_to_recordset(refusals) AS r (line bigint, key text, sqlstate text, code text, json_pointer text, detail text, body text)
        LEFT JOIN tenant t ON true
        -- Of what is no JSON, or names a tenant twice, nobody can say whose it is.
        CROSS JOIN LATERAL (SELECT CASE WHEN r.code NOT LIKE 'json.%' AND lifecycle._fits_jsonb(r.body::json) THEN r.body::jsonb ->> t.name END AS value) v
      ORDER BY r.body, r.line),
    -- Told once while it is open, however often it comes.
    known AS (
      UPDATE lifecycle.dead_letters l
      SET sqlstate = r.sqlstate, code = r.code, json_pointer = r.json_pointer, detail = r.detail, org_id = r.org_id, contract_version = _bury_lines.contract_version,
        attempts = l.attempts + 1, last_seen = now()
      FROM refused r
      WHERE l.resolved_at IS NULL AND l.stage = 'apply' AND l.source = _bury_lines.dataset AND l.body = r.body
      RETURNING l.body)
  INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version, org_id)
  SELECT 'apply', _bury_lines.dataset, r.key, r.sqlstate, r.code, r.json_pointer, r.detail, r.body, _bury_lines.contract_version, r.org_id
  FROM refused r WHERE NOT EXISTS (SELECT FROM known k WHERE k.body = r.body)
  ORDER BY r.line
$$;
COMMENT ON FUNCTION lifecycle._bury_lines(text, text, jsonb) IS
  'Internal: makes dead letters of stage apply of lines of a batch that were refused: an array of objects with line, key, sqlstate, code, json_pointer, detail and body. One that is open already counts another attempt. Whose row it is (org_id) the line says, where it can be read.';
