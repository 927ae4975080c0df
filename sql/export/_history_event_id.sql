CREATE FUNCTION lifecycle._history_event_id(account_id bigint, event_type text, event_date timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT ('x' || left(md5(format('%s|%s|%s', account_id, event_type, to_char(event_date, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))), 16))::bit(64)::bigint & 9223372036854775807
$$;
COMMENT ON FUNCTION lifecycle._history_event_id(bigint, text, timestamp) IS
  'Internal: the event_id of an event whose source has none: the first eight bytes of the MD5 of account_id|event_type|event_date (UTC, RFC 3339 with six decimals), the highest bit off. The same in every export; anyone can recompute it.';
