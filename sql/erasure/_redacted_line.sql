CREATE FUNCTION lifecycle._redacted_line(line text, pseudonym text) RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  document jsonb;
BEGIN
  BEGIN
    document := line::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
  END;
  IF jsonb_typeof(document) <> 'object' THEN
    RETURN NULL;
  ELSIF document ? 'specversion' THEN
    RETURN (SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(document) k WHERE k.key IN ('specversion', 'id', 'source', 'type', 'time'))
      || jsonb_build_object('subject', pseudonym);
  END IF;
  RETURN coalesce((SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(document) k WHERE k.key IN ('event_id', 'event_name', 'event_time')), '{}')
    || jsonb_build_object('user_id', pseudonym, 'properties', '{}'::jsonb);
END
$$;
COMMENT ON FUNCTION lifecycle._redacted_line(text, text) IS
  'Internal: an event, or a CloudEvents envelope, with nothing left of its user but the pseudonym. Null where the line is no JSON object: nothing of it can be kept.';
