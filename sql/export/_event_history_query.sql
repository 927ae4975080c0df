CREATE FUNCTION lifecycle._event_history_query(organization_id bigint, extracted_at timestamptz) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format($sql$
    SELECT h.event_id, h.account_id, h.organization_id, h.event_type, h.event_date, h.event_source, h.event_context,
      %L::timestamptz AT TIME ZONE 'UTC' AS extracted_at, max(h.event_date) OVER (PARTITION BY h.organization_id) AS data_as_of
    FROM (%s) h
    WHERE h.place = 1
    ORDER BY h.organization_id, h.event_date, h.event_id
    $sql$, extracted_at, lifecycle._event_history_rows_query(organization_id))
$$;
COMMENT ON FUNCTION lifecycle._event_history_query(bigint, timestamptz) IS
  'Internal: SQL of the nine columns of lifecycle_event_history, of one organization or (null) of all, as lifecycle_event_history() gives them. To be run under search_path = pg_catalog, pg_temp in time zone UTC.';
