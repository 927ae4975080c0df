CREATE FUNCTION lifecycle.event_content(event_name text, event_time timestamptz, user_id text, properties jsonb) RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_event_content' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION lifecycle.event_content(text, timestamptz, text, jsonb) IS
'Fingerprint of what an event says, as event_keys.content holds it: lifecycle.fingerprint() of the JSON object with exactly the keys event_name, event_time (YYYY-MM-DDTHH:MM:SS.ffffffZ), properties and user_id. Equal for two deliveries of one event; the event_id is not part of it. Null if an argument is null. Errors: 22008 for a time outside the years 0001 to 9999, 54000 beyond lifecycle_ledger.max_depth or max_document_bytes.';
