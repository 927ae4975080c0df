CREATE FUNCTION lifecycle._bury_rows(dataset text, findings text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  buried bigint;
BEGIN
  -- Told once while it is open, however often the row comes.
  EXECUTE format($sql$
    WITH findings AS MATERIALIZED (%s),
      known AS (
        UPDATE lifecycle.dead_letters l SET attempts = l.attempts + 1, last_seen = now()
        FROM (SELECT DISTINCT f.key, f.code, f.body::text AS body FROM findings f) f
        WHERE l.resolved_at IS NULL AND l.stage = 'apply' AND l.source = $1 AND l.key = f.key AND l.code = f.code AND l.body = f.body
        RETURNING l.key, l.code, l.body),
      told AS (
        INSERT INTO lifecycle.dead_letters (stage, source, key, sqlstate, code, json_pointer, detail, body, contract_version, org_id)
        SELECT DISTINCT 'apply', $1, f.key, '23505', f.code, '', f.detail, f.body::text, $2, f.body ->> $3
        FROM findings f
        WHERE NOT EXISTS (SELECT FROM known k WHERE k.key = f.key AND k.code = f.code AND k.body = f.body::text))
    SELECT count(*) FROM findings
    $sql$, findings)
    INTO buried USING dataset, (SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = _bury_rows.dataset),
      lifecycle._contract_property(lifecycle._dataset_contract(dataset), 'tenantColumn') #>> '{}';
  RETURN buried;
END
$$;
COMMENT ON FUNCTION lifecycle._bury_rows(text, text) IS
  'Internal: makes dead letters of stage apply out of a query that gives key, code, detail and body (jsonb) of rows that could not be applied; returns how many there are. One that is open already counts another attempt.';
