CREATE TABLE IF NOT EXISTS lifecycle.operation_events (
  event_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  run_id uuid NOT NULL,
  event_type text NOT NULL,
  event_sequence integer NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  org_id uuid NOT NULL,
  company_id uuid,
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  provider text,
  http_status integer,
  raw_request_ref text,
  raw_response_ref text,
  payload_hash text,
  error_code text,
  error_message text,
  metadata_json jsonb,
  changed_xid xid8,
  UNIQUE (run_id, event_sequence)
);
CREATE INDEX IF NOT EXISTS operation_events_occurred ON lifecycle.operation_events (org_id, occurred_at);
CREATE INDEX IF NOT EXISTS operation_events_changed ON lifecycle.operation_events (changed_xid);
SELECT lifecycle._ensure_trigger('lifecycle.operation_events', 'changed_xid', 'BEFORE INSERT OR UPDATE', 'lifecycle._set_changed_xid()');
ALTER TABLE lifecycle.operation_events ENABLE ALWAYS TRIGGER changed_xid;

COMMENT ON TABLE lifecycle.operation_events IS 'The steps inside operation runs, each written once. The source of dx_operation_events_v1.';
COMMENT ON COLUMN lifecycle.operation_events.event_id IS 'The event.';
COMMENT ON COLUMN lifecycle.operation_events.run_id IS 'The run it is part of; not enforced, so that events may be written before their run.';
COMMENT ON COLUMN lifecycle.operation_events.event_type IS 'request_sent, response_received, retry_scheduled, state_change, error, or another.';
COMMENT ON COLUMN lifecycle.operation_events.event_sequence IS 'Place within the run.';
COMMENT ON COLUMN lifecycle.operation_events.occurred_at IS 'When it happened.';
COMMENT ON COLUMN lifecycle.operation_events.org_id IS 'Tenant.';
COMMENT ON COLUMN lifecycle.operation_events.company_id IS 'Company it is scoped to.';
COMMENT ON COLUMN lifecycle.operation_events.entity_type IS 'company or person.';
COMMENT ON COLUMN lifecycle.operation_events.entity_id IS 'The entity the run is about.';
COMMENT ON COLUMN lifecycle.operation_events.provider IS 'Provider that was asked.';
COMMENT ON COLUMN lifecycle.operation_events.http_status IS 'HTTP status of the response.';
COMMENT ON COLUMN lifecycle.operation_events.raw_request_ref IS 'Where the raw request is kept; never the request itself.';
COMMENT ON COLUMN lifecycle.operation_events.raw_response_ref IS 'Where the raw response is kept; never the response itself.';
COMMENT ON COLUMN lifecycle.operation_events.payload_hash IS 'Hash of the payload.';
COMMENT ON COLUMN lifecycle.operation_events.error_code IS 'Code of the error, where one occurred.';
COMMENT ON COLUMN lifecycle.operation_events.error_message IS 'Text of the error, where one occurred.';
COMMENT ON COLUMN lifecycle.operation_events.metadata_json IS 'Further facts. No secrets.';
COMMENT ON COLUMN lifecycle.operation_events.changed_xid IS 'The transaction that wrote the row, for cuts. Set by a trigger.';
