CREATE FUNCTION lifecycle._event_refusal(event_id uuid, event_name text, event_time timestamptz, user_id text, properties jsonb, rules jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'lifecycle_event_refusal' LANGUAGE C STABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION lifecycle._event_refusal(uuid, text, timestamptz, text, jsonb, jsonb) IS
'Internal: why the contract under an overlay of rules (null: as it is in force) would refuse a stored event of a strict source: an array of objects with code, pointer, detail and use. Null where it would take it.';
