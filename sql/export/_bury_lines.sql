CREATE FUNCTION lifecycle._bury_lines(dataset text, contract_version text, refusals jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  WITH refused AS MATERIALIZED (
      SELECT DISTINCT ON (r.body) r.* FROM jsonb_to_recordset(refusals) AS r (line bigint, key text, sqlstate text, code text, json_pointer text, detail text, body text)
      ORDER BY r.body, r.line),
    -- Told once while it is open, however often it comes.
    known AS (
      UPDATE lifecycle.dead_letters l
      SET sqlstate = r.sqlstate, code = r.code, json_pointer = r.json_pointer, detail = r.detail, contract_version = _bury_lines.contract_version,
        attempts = l.attempts + 1, last_seen = now()
      FROM refused r
      WHERE l.resolved_at IS NULL AND l.stage = 'apply' AND l.source = _bury_lines.dataset AND l.body = r.body
      RETURNING l.body)
  INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version)
  SELECT 'apply', _bury_lines.dataset, r.key, r.sqlstate, r.code, r.json_pointer, r.detail, r.body, _bury_lines.contract_version
  FROM refused r WHERE NOT EXISTS (SELECT FROM known k WHERE k.body = r.body)
  ORDER BY r.line
$$;
COMMENT ON FUNCTION lifecycle._bury_lines(text, text, jsonb) IS
  'Internal: makes dead letters of stage apply of lines of a batch that were refused: an array of objects with line, key, sqlstate, code, json_pointer, detail and body. One that is open already counts another attempt.';
