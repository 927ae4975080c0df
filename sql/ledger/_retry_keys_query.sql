CREATE FUNCTION lifecycle._retry_keys_query(source_system text, applied bigint, latest bigint) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A changed address also concerns whoever else has it: one contact more or less makes them ambiguous or not.
  -- Each contact and address is looked up by its index, whatever the planner thinks of their number, or one changed contact would
  -- cost a look at the whole ledger. Addresses are looked up by the beginning that is indexed; a row too many is only looked at again.
  SELECT format($sql$
    WITH changed AS MATERIALIZED (
      SELECT c.contact_id, c.email_key FROM lifecycle.contact_changes c WHERE c.change_id > %2$s AND c.change_id <= %3$s
    ),
    emails AS MATERIALIZED (SELECT DISTINCT left(c.email_key, 320) AS email_key FROM changed c WHERE c.email_key IS NOT NULL),
    ids AS MATERIALIZED (
      SELECT c.contact_id FROM changed c UNION
      SELECT d.contact_id FROM lifecycle.contact_directory d JOIN emails e ON left(d.email_key, 320) = e.email_key
    )
    SELECT l.source_record_id FROM ids i, LATERAL (
      SELECT l.source_record_id FROM lifecycle.contact_events l
      WHERE l.source_system = %1$L AND l.contact_id = i.contact_id
      OFFSET 0) l
    UNION
    SELECT l.source_record_id FROM emails e, LATERAL (
      SELECT l.source_record_id FROM lifecycle.contact_events l
      WHERE l.source_system = %1$L AND l.contact_id IS NULL
        AND left(lifecycle.normalize_email(l.contact_email), 320) COLLATE "C" = e.email_key
      OFFSET 0) l
    UNION
    SELECT i.source_record_id FROM lifecycle.issues i
      WHERE i.source_system = %1$L AND i.resolved_at IS NULL AND i.source_record_id IS NOT NULL
        AND i.code IN ('ambiguous', 'unknown_contact', 'contact_id_too_long')
        AND (i.contact_id IN (SELECT c.contact_id FROM ids c)
          OR left(lifecycle.normalize_email(i.contact_email), 320) COLLATE "C" IN (SELECT e.email_key FROM emails e))
    $sql$, source_system, applied, latest)
$$;
COMMENT ON FUNCTION lifecycle._retry_keys_query(text, bigint, bigint) IS
  'Internal: SQL for the record ids of a source that changes of contacts concern: rows of these contacts, orphans and held rows with their addresses.';
