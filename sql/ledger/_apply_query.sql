CREATE FUNCTION lifecycle._apply_query(source_system text, projection text, everything boolean, mend boolean, both_given boolean) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- One statement, one snapshot: compare the projection with the ledger, write what differs, record what was found, count.
  -- A sync trusts the fingerprint; mending compares the columns too, and so heals a ledger altered by hand.
  SELECT format($sql$
    WITH projected AS MATERIALIZED (
      SELECT c.contact_id, c.contact_email, c.event_type, c.event_name, c.event_source, c.event_timestamp, c.source_system,
        c.source_record_id, CASE WHEN c.fate = 'written' THEN c.payload END AS payload, c.ingested_at, c.event_fingerprint,
        c.reject_code, c.record_id, c.given_id, c.given_email, c.time_text, c.given_type, c.copies, c.body, c.fate, c.existed
      FROM (
        SELECT p.*, l.source_record_id IS NOT NULL AS existed,
          CASE
            WHEN p.reject_code = 'superseded' THEN 'superseded'
            WHEN p.reject_code IS NOT NULL THEN 'held'
            WHEN l.event_fingerprint = p.event_fingerprint
              AND l.contact_id IS NOT DISTINCT FROM p.contact_id AND l.contact_email IS NOT DISTINCT FROM p.contact_email
              %3$s THEN 'unchanged'
            ELSE 'written'
          END AS fate
        FROM (%2$s) p
        LEFT JOIN lifecycle.contact_events l ON l.source_system = %1$L AND l.source_record_id = p.source_record_id
        OFFSET 0
      ) c
    ),
    upserted AS (
      INSERT INTO lifecycle.contact_events (contact_id, contact_email, event_type, event_name, event_source, event_timestamp,
        source_system, source_record_id, payload, ingested_at, event_fingerprint)
      SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp,
        source_system, source_record_id, payload, ingested_at, event_fingerprint
      FROM projected WHERE fate = 'written'
      ON CONFLICT (source_record_id, source_system) DO UPDATE SET contact_id = excluded.contact_id,
        contact_email = excluded.contact_email, event_type = excluded.event_type, event_name = excluded.event_name,
        event_source = excluded.event_source, event_timestamp = excluded.event_timestamp, payload = excluded.payload,
        ingested_at = excluded.ingested_at, event_fingerprint = excluded.event_fingerprint
      RETURNING 1
    ),
    withdrawn AS (
      DELETE FROM lifecycle.contact_events l USING projected p
      WHERE p.fate = 'held' AND p.existed AND l.source_system = %1$L AND l.source_record_id = p.source_record_id
      RETURNING 1
    ),
    gone AS (%4$s),
    findings AS (
      SELECT record_id, reject_code AS code, given_id, given_email, time_text, given_type, copies, body FROM projected WHERE fate = 'held'
      UNION ALL
      SELECT record_id, 'orphan', given_id, given_email, NULL, NULL, copies, NULL FROM projected
      WHERE fate IN ('written', 'unchanged') AND contact_id IS NULL
      UNION ALL
      SELECT record_id, 'duplicate_record_id', NULL, NULL, NULL, NULL, copies, NULL FROM projected
      WHERE fate <> 'superseded' AND copies > 1
      %5$s
    ),
    examined AS (
      SELECT source_record_id, CASE fate WHEN 'held' THEN 'The row is now held.'
          ELSE coalesce(format('The row now belongs to contact "%%s".', contact_id), 'The row is now in the ledger.') END AS resolution
      FROM projected WHERE fate <> 'superseded' AND source_record_id IS NOT NULL
    ),
    %6$s
    SELECT (SELECT count(*) FROM projected) AS rows_in,
      (SELECT count(*) FROM upserted) AS written,
      (SELECT count(*) FROM projected WHERE fate = 'unchanged') AS unchanged,
      (SELECT count(*) FROM projected WHERE fate = 'superseded') AS superseded,
      (SELECT count(*) FROM projected WHERE fate = 'held') AS held,
      (SELECT count(*) FROM withdrawn) + (SELECT count(*) FROM gone) AS deleted,
      (SELECT count(*) FROM opened WHERE severity = 'error') AS new_errors,
      (SELECT count(*) FROM opened WHERE severity = 'warning') AS new_warnings,
      (SELECT count(*) FROM resolved) AS resolved
    $sql$,
    source_system, projection,
    CASE WHEN mend THEN 'AND (l.event_type, l.event_timestamp) = (p.event_type, p.event_timestamp)
              AND l.event_name IS NOT DISTINCT FROM p.event_name AND l.event_source IS NOT DISTINCT FROM p.event_source
              AND l.payload IS NOT DISTINCT FROM p.payload' ELSE '' END,
    CASE WHEN mend THEN format('DELETE FROM lifecycle.contact_events l
      WHERE l.source_system = %L AND NOT EXISTS (SELECT FROM projected p WHERE p.source_record_id = l.source_record_id) RETURNING 1',
      source_system) ELSE 'SELECT 1 WHERE false' END,
    CASE WHEN both_given THEN 'UNION ALL
      SELECT record_id, ''contact_mismatch'', given_id, given_email, NULL, NULL, copies, NULL FROM projected
      WHERE fate IN (''written'', ''unchanged'') AND lifecycle._contact_mismatch(given_id, given_email)' ELSE '' END,
    lifecycle._findings_ctes(source_system, everything))
$$;
COMMENT ON FUNCTION lifecycle._apply_query(text, text, boolean, boolean, boolean) IS
  'Internal: the statement that brings ledger and issues in line with a projection and returns the row accounting. everything: the projection covers the whole source; mend: it is also held against every column, and what it lacks leaves the ledger; both_given: the mapping gives contact_id and contact_email.';
