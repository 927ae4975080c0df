CREATE FUNCTION lifecycle._event_history_rows_query(organization_id bigint) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- An event without an id of its own is told from others by account, type and date alone: of several, one goes out. Of several with
  -- one id the latest does, as the last date of its account would be the latest.
  RETURN format($sql$
    SELECT e.event_id, e.account_id, e.organization_id, e.event_type, e.event_date, e.event_source, e.event_context, e.is_own_id, e.is_listed,
      CASE WHEN e.is_listed AND e.reject_code IS NULL THEN row_number() OVER (PARTITION BY e.is_listed AND e.reject_code IS NULL, e.organization_id, e.event_id
        ORDER BY e.event_date DESC, e.account_id, e.event_type COLLATE "C", e.event_context COLLATE "C", e.event_source COLLATE "C") END AS place,
      e.reject_code, e.reject_sqlstate, e.json_pointer, e.detail, e.reject_key, e.body
    FROM (
      SELECT coalesce(m.event_id, lifecycle._history_event_id(m.account_id, m.event_type, m.event_date)) AS event_id, m.account_id, m.organization_id, m.event_type, m.event_date,
        CASE lower(m.event_source) WHEN 'email' THEN 'email' WHEN 'meeting' THEN 'meeting' WHEN 'calendar' THEN 'meeting' WHEN 'chat' THEN 'chat' ELSE t.event_source END::varchar(50) AS event_source,
        m.event_context, m.event_id IS NOT NULL AS is_own_id, t.event_type IS NOT NULL AS is_listed, m."reject code" AS reject_code, m."reject sqlstate" AS reject_sqlstate, m."json pointer" AS json_pointer, m."reject detail" AS detail, m."reject key" AS reject_key, m."reject body" AS body
      FROM (%s) m LEFT JOIN lifecycle.history_event_types t ON t.event_type = m.event_type
      WHERE m.organization_id = %L OR %2$L IS NULL
    ) e
    $sql$, lifecycle._dataset_query('lifecycle_event_history'), organization_id);
END
$$;
COMMENT ON FUNCTION lifecycle._event_history_rows_query(bigint) IS
  'Internal: SQL of all rows of the sources of lifecycle_event_history, of one organization or (null) of all, those that break the contract and those of types that are not listed included: the columns that a source gives, is_own_id (event_id is the source''s), is_listed, place among the rows of one organization with one event_id (1 goes out; null for those that cannot), and what _dataset_query() says of rejected ones. To be run under search_path = pg_catalog, pg_temp in time zone UTC.';
