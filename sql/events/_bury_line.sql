CREATE FUNCTION lifecycle._bury_line(after_id bigint, failed_sqlstate text, failed_message text, failed_detail text, retry boolean,
  retry_source text, retry_code text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  version text := (SELECT v.version FROM lifecycle.event_contract_version v);
  reason text := concat_ws(' ', failed_message, nullif(failed_detail, ''));
  buried bigint;
BEGIN
  IF retry THEN
    UPDATE lifecycle.dead_letters d SET sqlstate = failed_sqlstate, code = 'write.' || failed_sqlstate, json_pointer = '', detail = reason,
        findings = NULL, contract_version = version, attempts = d.attempts + 1, last_seen = now()
      WHERE d.id = (SELECT o.id FROM lifecycle.dead_letters o WHERE o.stage = 'ingest' AND o.resolved_at IS NULL AND o.id > after_id
        AND (retry_source IS NULL OR o.source = retry_source) AND (retry_code IS NULL OR o.code = retry_code) ORDER BY o.id LIMIT 1)
      RETURNING d.id INTO buried;
  ELSE
    -- Whoever was erased leaves nothing behind here either.
    WITH line AS (
      DELETE FROM lifecycle.event_inbox i
      WHERE i.id = (SELECT o.id FROM lifecycle.event_inbox o WHERE o.id > after_id ORDER BY o.id LIMIT 1)
      RETURNING i.*
    ), letter AS (
      INSERT INTO lifecycle.dead_letters (stage, source, sqlstate, code, json_pointer, detail, body, body_bytes, received_at, contract_version)
      SELECT 'ingest', l.source, failed_sqlstate, 'write.' || failed_sqlstate, '', CASE WHEN p.pseudonym IS NULL THEN reason ELSE failed_sqlstate END,
        CASE WHEN p.pseudonym IS NULL THEN l.line ELSE lifecycle._redacted_line(l.line, p.pseudonym) END, CASE WHEN p.pseudonym IS NULL THEN l.bytes END,
        l.received_at, version
      FROM line l CROSS JOIN LATERAL (SELECT lifecycle._erased_user_of(coalesce(l.line, convert_from(l.bytes, 'UTF8'))) AS pseudonym) p
    )
    SELECT l.id INTO buried FROM line l;
  END IF;
  RETURN buried;
END
$$;
COMMENT ON FUNCTION lifecycle._bury_line(bigint, text, text, text, boolean, text, text) IS
  'Internal: makes the next line after an id a dead letter (of a retry: the next open dead letter one more attempt) because the tables themselves refused it, with their error as the reason. Its id; null where there is none.';
