CREATE FUNCTION lifecycle._event_history_query(organization_id bigint, extracted_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- An event without an id of its own is told from others by account, type and date alone: of several, one goes out.
  RETURN format($sql$
    SELECT h.event_id, h.account_id, h.organization_id, h.event_type, h.event_date, h.event_source::varchar(50), h.event_context,
      %1$L::timestamptz AT TIME ZONE 'UTC' AS extracted_at, max(h.event_date) OVER (PARTITION BY h.organization_id) AS data_as_of
    FROM (
      SELECT coalesce(m.event_id, lifecycle._history_event_id(m.account_id, m.event_type, m.event_date)) AS event_id, m.account_id, m.organization_id, m.event_type, m.event_date,
        CASE lower(m.event_source) WHEN 'email' THEN 'email' WHEN 'meeting' THEN 'meeting' WHEN 'calendar' THEN 'meeting' WHEN 'chat' THEN 'chat' ELSE t.event_source END AS event_source,
        m.event_context, m.event_id IS NULL AND row_number() OVER (PARTITION BY m.event_id IS NULL, m.account_id, m.event_type, m.event_date ORDER BY m.event_context, m.event_source) > 1 AS is_repeat
      FROM (%2$s) m JOIN lifecycle.history_event_types t ON t.event_type = m.event_type
      WHERE m.reject_code IS NULL AND (m.organization_id = %3$L OR %3$L IS NULL)
    ) h
    WHERE NOT h.is_repeat
    ORDER BY h.organization_id, h.event_date, h.event_id
    $sql$, extracted_at, lifecycle._dataset_query('lifecycle_event_history'), organization_id);
END
$$;
COMMENT ON FUNCTION lifecycle._event_history_query(bigint, timestamptz) IS
  'Internal: SQL of the nine columns of lifecycle_event_history, of one organization or (null) of all, as lifecycle_event_history() gives them. To be run under search_path = pg_catalog, pg_temp in time zone UTC. Rows that break the contract are left out: _dataset_query() tells them.';
