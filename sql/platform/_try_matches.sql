CREATE FUNCTION lifecycle._try_matches(rule jsonb, user_data jsonb, event jsonb, now timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  state text; message text; detail text;
BEGIN
  RETURN jsonb_build_object('met', lifecycle._matches_at(rule, user_data, event, now));
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN jsonb_build_object('error', jsonb_build_object('sqlstate', state, 'detail', concat_ws(': ', message, nullif(detail, ''))));
END
$$;
COMMENT ON FUNCTION lifecycle._try_matches(jsonb, jsonb, jsonb, timestamptz) IS
  'Internal: {"met": _matches_at(rule, user_data, event, now)}, or its error as {"error": {"sqlstate": ..., "detail": ...}}. Many times slower.';
