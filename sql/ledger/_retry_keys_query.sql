CREATE FUNCTION lifecycle._retry_keys_query(source_system text, applied bigint, latest bigint) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A changed address also concerns whoever else has it: one contact more or less makes them ambiguous or not.
  SELECT format($sql$
    WITH changed AS MATERIALIZED (
      SELECT c.contact_id, c.email_key FROM lifecycle.contact_changes c WHERE c.change_id > %2$s AND c.change_id <= %3$s
    ),
    emails AS MATERIALIZED (SELECT DISTINCT c.email_key FROM changed c WHERE c.email_key IS NOT NULL),
    ids AS MATERIALIZED (
      SELECT c.contact_id FROM changed c UNION
      SELECT d.contact_id FROM lifecycle.contact_directory d JOIN emails USING (email_key)
    )
    SELECT l.source_record_id FROM lifecycle.contact_events l
      WHERE l.source_system = %1$L AND l.contact_id IN (SELECT i.contact_id FROM ids i)
    UNION
    SELECT l.source_record_id FROM lifecycle.contact_events l
      WHERE l.source_system = %1$L AND l.contact_id IS NULL
        AND lifecycle.normalize_email(l.contact_email) IN (SELECT e.email_key FROM emails e)
    UNION
    SELECT i.source_record_id FROM lifecycle.issues i
      WHERE i.source_system = %1$L AND i.resolved_at IS NULL AND i.source_record_id IS NOT NULL
        AND i.code IN ('ambiguous', 'unknown_contact')
        AND (i.contact_id IN (SELECT c.contact_id FROM ids c) OR lifecycle.normalize_email(i.contact_email) IN (SELECT e.email_key FROM emails e))
    $sql$, source_system, applied, latest)
$$;
COMMENT ON FUNCTION lifecycle._retry_keys_query(text, bigint, bigint) IS
  'Internal: SQL for the record ids of a source that changes of contacts concern: rows of these contacts, orphans and held rows with their addresses.';
