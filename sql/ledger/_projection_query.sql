CREATE FUNCTION lifecycle._projection_query(source_system text, relation regclass, mapping jsonb, candidates text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- The scalars of one row share one probe of the contacts; OFFSET 0 keeps each value computed once.
  SELECT format($sql$
    SELECT r.contact_id, r.contact_email, r.event_type, r.event_name, r.event_source, r.event_timestamp, %L::text AS source_system,
      r.source_record_id, r.payload, now() AS ingested_at, r.event_fingerprint,
      CASE WHEN r.rank > 1 THEN 'superseded' WHEN r.code IS NOT NULL THEN r.code
        WHEN r.event_fingerprint IS NULL THEN 'payload_over_limit' END AS reject_code,
      r.source_record_id AS record_id, r.given_id, r.given_email, r.time_text, r.event_type AS given_type, r.copies, r.body
    FROM (
      SELECT q.*, CASE WHEN q.code IS NULL AND q.rank = 1 THEN lifecycle._try_event_fingerprint(q.contact_email, q.event_type, q.event_name,
          q.event_source, q.event_timestamp, q.payload) END AS event_fingerprint
      FROM (
        SELECT m.*, lifecycle.resolved_contact_id(m.given_id, m.given_email) AS contact_id,
          lifecycle.resolved_contact_email(m.given_id, m.given_email) AS contact_email
        FROM (%s) m
        OFFSET 0
      ) q
      OFFSET 0
    ) r
    $sql$, source_system, lifecycle._mapped_query(relation, mapping, candidates))
$$;
COMMENT ON FUNCTION lifecycle._projection_query(text, regclass, jsonb, text) IS
  'Internal: SQL whose first eleven columns are a row of contact_events, then reject_code (null: the row enters the ledger) and what its findings need.';
