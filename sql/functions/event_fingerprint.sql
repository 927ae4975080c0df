CREATE FUNCTION lifecycle.event_fingerprint(contact_email text, event_type text, event_name text, event_source text,
  event_timestamp timestamptz, payload jsonb) RETURNS uuid
AS 'MODULE_PATHNAME', 'lifecycle_event_fingerprint'
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.event_fingerprint(text, text, text, text, timestamptz, jsonb) IS
'Fingerprint of what an event says, whatever system sent it: that of the JSON object with exactly these six keys, the e-mail normalised as normalize_email does, the time in UTC as YYYY-MM-DDTHH:MM:SS.ffffffZ, and null for what is absent (a null payload and a JSON null are the same). Never null. Raises 22008 for an infinite time or one outside the years 0001 to 9999.';
