CREATE FUNCTION lifecycle.lifecycle_event_history(organization bigint DEFAULT NULL, extracted timestamptz DEFAULT now())
RETURNS TABLE (event_id bigint, account_id bigint, organization_id bigint, event_type varchar(100), event_date timestamp, event_source varchar(50), event_context text,
  extracted_at timestamp, data_as_of timestamp)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  RETURN QUERY EXECUTE lifecycle._event_history_query(organization, extracted);
END
$$;
COMMENT ON FUNCTION lifecycle.lifecycle_event_history(bigint, timestamptz) IS
'The history of lifecycle events of one organization, or of all: one row an event, of the types in history_event_types, out of the registered sources of dataset lifecycle_event_history (insight where install_operational_tables() made it). Times are UTC. event_id is the source''s, or else a 63-bit hash of account, type and date that is the same in every export. event_source is the channel the event says (email, meeting, chat), or else what its type''s detection source stands for. data_as_of is the latest event_date of the organization''s rows. Rows that break the contract are left out.';
