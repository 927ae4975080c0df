CREATE FUNCTION lifecycle._try_event_fingerprint(contact_email text, event_type text, event_name text, event_source text,
  event_timestamp timestamptz, payload jsonb) RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_try_event_fingerprint'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle._try_event_fingerprint(text, text, text, text, timestamptz, jsonb) IS
'Internal: event_fingerprint(), but null where a value is over lifecycle_ledger.max_document_bytes or max_depth.';
