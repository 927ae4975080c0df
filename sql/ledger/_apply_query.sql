CREATE FUNCTION lifecycle._apply_query(source_system text, projection text, everything boolean, mend boolean, both_given boolean) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  judged text;
  columns text;
  partition regclass := (SELECT to_regclass(format('lifecycle.%I', s.partition_name)) FROM lifecycle.sources s WHERE s.source_system = _apply_query.source_system);
  finds_rows boolean := NOT everything AND lifecycle._finds_rows(partition, 'lifecycle.issues');
BEGIN
  -- Every candidate beside what the ledger has, with its fate. quiet: nothing to write, to record or to resolve.
  -- A sync trusts the fingerprint; mending compares the columns too, and so heals a ledger altered by hand.
  judged := format($sql$
    SELECT %1$s AS quiet, 1::bigint AS rows,
      c.fate, c.place, c.copies, c.source_record_id, c.contact_id, c.given_id, c.given_email, c.mismatch, c.reject_code, c.record_id,
      c.noted, c.time_text, c.given_type, c.body, c.contact_email, c.event_type, c.event_name, c.event_source, c.event_timestamp, c.source_system,
      CASE WHEN c.fate = 'written' THEN c.payload END AS payload, c.ingested_at, c.event_fingerprint
    FROM (
      SELECT p.*, %2$s AS place, %3$s AS mismatch, %6$s AS noted,
        CASE
          WHEN p.reject_code = 'superseded' THEN 'superseded'
          WHEN p.reject_code IS NOT NULL THEN 'held'
          WHEN %4$s THEN 'unchanged'
          ELSE 'written'
        END AS fate
      FROM %5$s
      OFFSET 0
    ) c
    $sql$,
    -- What leaves the ledger can only be told from all that is in the source.
    CASE WHEN mend THEN 'false' ELSE 'c.fate = ''unchanged'' AND c.contact_id IS NOT NULL AND c.copies = 1 AND NOT c.mismatch AND NOT c.noted' END,
    CASE WHEN finds_rows THEN '(p.found).place' ELSE 'l.ctid' END,
    CASE WHEN both_given THEN '(p.reject_code IS NULL AND p.given_id IS NOT NULL AND p.given_email IS NOT NULL
          AND lifecycle._contact_mismatch(p.given_id, p.given_email))' ELSE 'false' END,
    CASE WHEN finds_rows THEN '(p.found).same' ELSE 'l.event_fingerprint = p.event_fingerprint
            AND l.contact_id IS NOT DISTINCT FROM p.contact_id AND l.contact_email IS NOT DISTINCT FROM p.contact_email' END
      || CASE WHEN mend THEN ' AND (l.event_type, l.event_timestamp) = (p.event_type, p.event_timestamp)
            AND l.event_name IS NOT DISTINCT FROM p.event_name AND l.event_source IS NOT DISTINCT FROM p.event_source
            AND l.payload IS NOT DISTINCT FROM p.payload' ELSE '' END,
    -- The whole source is held against the whole ledger; of changed rows each is looked up, whatever the planner thinks of their
    -- number, or a small sync would read all of a large ledger.
    format(CASE WHEN everything THEN '(%1$s) p LEFT JOIN lifecycle.contact_events l ON l.source_system = %2$L AND l.source_record_id = p.source_record_id'
      WHEN finds_rows THEN '(
          SELECT p.*, lifecycle._ledger_row(%3$L, %2$L, p.source_record_id, p.event_fingerprint, p.contact_id, p.contact_email) AS found
          FROM (%1$s) p
          OFFSET 0) p'
      ELSE '(%1$s) p LEFT JOIN LATERAL (
          SELECT l.ctid, l.event_fingerprint, l.contact_id, l.contact_email FROM lifecycle.contact_events l
          WHERE l.source_system = %2$L AND l.source_record_id = p.source_record_id
          OFFSET 0) l ON true' END, projection, source_system, partition),
    -- Whether anything was found wrong with the row before, so that only of such rows it is looked up what.
    format(CASE WHEN mend THEN 'false' WHEN finds_rows THEN 'lifecycle._has_open_issue(''lifecycle.issues'', %1$L, p.source_record_id)'
      ELSE 'EXISTS (SELECT FROM lifecycle.issues i WHERE i.source_system = %1$L AND i.source_record_id = p.source_record_id AND i.resolved_at IS NULL)' END,
      source_system));
  columns := 'quiet boolean, rows bigint, fate text, place tid, copies bigint, source_record_id text COLLATE "C", contact_id text COLLATE "C",
      given_id text, given_email text, mismatch boolean, reject_code text, record_id text, noted boolean, time_text text, given_type text, body jsonb,
      contact_email text, event_type text, event_name text, event_source text, event_timestamp timestamptz, source_system text COLLATE "C",
      payload jsonb, ingested_at timestamptz, event_fingerprint uuid';

  -- A row of the ledger is gone back to by its place, which spares a second search; with the key, as a partition that somebody has divided has
  -- each place several times.
  -- One statement, one snapshot: compare the projection with the ledger, write what differs, record what was found, count.
  RETURN format($sql$
    WITH projected AS MATERIALIZED (%2$s),
    updated AS (
      UPDATE lifecycle.contact_events l SET contact_id = p.contact_id, contact_email = p.contact_email, event_type = p.event_type,
        event_name = p.event_name, event_source = p.event_source, event_timestamp = p.event_timestamp, payload = p.payload,
        ingested_at = p.ingested_at, event_fingerprint = p.event_fingerprint
      FROM projected p
      WHERE p.fate = 'written' AND l.source_system = %1$L AND l.ctid = p.place AND l.source_record_id = p.source_record_id
      RETURNING 1
    ),
    inserted AS (
      INSERT INTO lifecycle.contact_events (contact_id, contact_email, event_type, event_name, event_source, event_timestamp,
        source_system, source_record_id, payload, ingested_at, event_fingerprint)
      SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp,
        source_system, source_record_id, payload, ingested_at, event_fingerprint
      FROM projected WHERE fate = 'written' AND place IS NULL
      RETURNING 1
    ),
    withdrawn AS (
      DELETE FROM lifecycle.contact_events l USING projected p
      WHERE p.fate = 'held' AND l.source_system = %1$L AND l.ctid = p.place AND l.source_record_id = p.source_record_id
      RETURNING 1
    ),
    gone AS (%3$s),
    findings AS (
      SELECT record_id, reject_code AS code, given_id, given_email, time_text, given_type, copies,
        CASE WHEN reject_code = 'ambiguous' THEN array_to_string(lifecycle._contact_candidates(given_email), ', ') END AS candidates, body
      FROM projected WHERE fate = 'held'
      UNION ALL
      SELECT record_id, 'orphan', given_id, given_email, NULL, NULL, copies, NULL, NULL FROM projected
      WHERE fate IN ('written', 'unchanged') AND contact_id IS NULL
      UNION ALL
      SELECT record_id, 'duplicate_record_id', NULL, NULL, NULL, NULL, copies, NULL, NULL FROM projected
      WHERE fate <> 'superseded' AND copies > 1
      UNION ALL
      SELECT record_id, 'contact_mismatch', given_id, given_email, NULL, NULL, copies, NULL, NULL FROM projected WHERE mismatch
    ),
    examined AS NOT MATERIALIZED (
      SELECT source_record_id, noted, CASE fate WHEN 'held' THEN 'The row is now held.'
          ELSE coalesce(format('The row now belongs to contact "%%s".', contact_id), 'The row is now in the ledger.') END AS resolution
      FROM projected WHERE fate <> 'superseded' AND source_record_id IS NOT NULL
    ),
    %4$s
    SELECT t.rows_in, (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted) AS written, t.unchanged, t.superseded, t.held,
      (SELECT count(*) FROM withdrawn) + (SELECT count(*) FROM gone) AS deleted,
      (SELECT count(*) FROM opened WHERE severity = 'error') AS new_errors,
      (SELECT count(*) FROM opened WHERE severity = 'warning') AS new_warnings,
      (SELECT count(*) FROM resolved) AS resolved,
      CASE WHEN t.rows_in > 0 THEN lifecycle._contacts_digest() END AS contacts_digest -- of the contacts that this statement saw
    FROM (SELECT coalesce(sum(rows), 0)::bigint AS rows_in,
        coalesce(sum(rows) FILTER (WHERE quiet OR fate = 'unchanged'), 0)::bigint AS unchanged,
        count(*) FILTER (WHERE fate = 'superseded') AS superseded, count(*) FILTER (WHERE fate = 'held') AS held FROM projected) t
    $sql$, source_system,
    CASE WHEN mend THEN judged ELSE format('SELECT * FROM lifecycle._condensed(%L) AS c (%s)', judged, columns) END,
    CASE WHEN mend THEN format('DELETE FROM lifecycle.contact_events l
      WHERE l.source_system = %L AND NOT EXISTS (SELECT FROM projected p WHERE p.source_record_id = l.source_record_id) RETURNING 1',
      source_system) ELSE 'SELECT 1 WHERE false' END,
    lifecycle._findings_ctes(source_system, everything));
END
$$;
COMMENT ON FUNCTION lifecycle._apply_query(text, text, boolean, boolean, boolean) IS
  'Internal: the statement that brings ledger and issues in line with a projection and returns the row accounting. everything: the projection covers the whole source; mend: it is also held against every column, and what it lacks leaves the ledger; both_given: the mapping gives contact_id and contact_email.';
