CREATE FUNCTION lifecycle._without_erased(mapped text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($sql$
    SELECT q.source_record_id, q.event_timestamp, q.time_text, q.event_type, q.event_name, q.event_source, q.payload,
      CASE WHEN NOT e.erased THEN q.given_id END AS given_id, CASE WHEN NOT e.erased THEN q.given_email END AS given_email,
      CASE WHEN e.erased THEN 'suppressed' ELSE q.code END AS code, CASE WHEN e.erased THEN '{}'::jsonb ELSE q.body END AS body, q.change_time
    FROM (%s) q CROSS JOIN LATERAL (SELECT lifecycle._is_suppressed(q.given_id, q.given_email) AS erased OFFSET 0) e
    OFFSET 0
    $sql$, mapped)
$$;
COMMENT ON FUNCTION lifecycle._without_erased(text) IS
  'Internal: wraps the mapped rows of a source so that of those of erased people nothing is kept, neither in the ledger nor in a finding. Only used while there is anybody on the suppression list.';
