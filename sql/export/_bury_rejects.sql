CREATE FUNCTION lifecycle._bury_rejects(dataset text, contract_version text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  -- Exports to several destinations find the same rows.
  PERFORM lifecycle._lock_writing('lifecycle.dead_letters', 'export:' || dataset);
  -- A row without its whole key is known by its content.
  WITH rejects AS MATERIALIZED (
      SELECT DISTINCT ON (CASE WHEN r.is_whole THEN r.key END, CASE WHEN NOT r.is_whole THEN md5(r.body::text) END) r.*, r.body::text AS line
      FROM pg_temp.lifecycle_rejects r ORDER BY CASE WHEN r.is_whole THEN r.key END, CASE WHEN NOT r.is_whole THEN md5(r.body::text) END, r.body),
    met AS MATERIALIZED (
      SELECT DISTINCT ON (l.id) l.id, l.code AS old_code, l.body AS old_body, l.contract_version AS old_version, r.*
      FROM rejects r JOIN lifecycle.dead_letters l ON l.resolved_at IS NULL AND l.stage = 'export' AND l.source = _bury_rejects.dataset AND l.key = r.key AND (r.is_whole OR l.body = r.line)),
    changed AS (
      UPDATE lifecycle.dead_letters l SET sqlstate = m.sqlstate, code = m.code, json_pointer = m.json_pointer, detail = m.detail, body = m.line, org_id = m.org_id,
          contract_version = _bury_rejects.contract_version, attempts = l.attempts + 1, last_seen = now()
        FROM met m WHERE l.id = m.id AND (m.old_code, m.old_body, m.old_version) IS DISTINCT FROM (m.code, m.line, _bury_rejects.contract_version))
  INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version, org_id)
    SELECT 'export', _bury_rejects.dataset, r.key, r.sqlstate, r.code, r.json_pointer, r.detail, r.line, _bury_rejects.contract_version, r.org_id
    FROM rejects r WHERE NOT EXISTS (SELECT FROM met m WHERE m.key = r.key AND (r.is_whole OR m.line = r.line));
END
$$;
COMMENT ON FUNCTION lifecycle._bury_rejects(text, text) IS
  'Internal: makes dead letters of stage export of the rows that _stage_rows() found to break the contract. One that is open already is told anew only if it has changed.';
