CREATE FUNCTION lifecycle._redacted_line(line text, pseudonym text, keys text[] DEFAULT NULL, emails text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  document jsonb;
  kept jsonb;
  path text[];
  named text;
  place record;
BEGIN
  BEGIN
    document := line::jsonb;
  EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
  END;
  IF document IS NULL OR jsonb_typeof(document) <> 'object' THEN
    RETURN NULL;
  ELSIF NOT document ? 'specversion' THEN
    RETURN coalesce((SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(document) k WHERE k.key IN ('event_id', 'event_name', 'event_time')), '{}')
      || jsonb_build_object('user_id', pseudonym, 'properties', '{}'::jsonb);
  END IF;
  kept := (SELECT jsonb_object_agg(k.key, k.value) FROM jsonb_each(document) k WHERE k.key IN ('specversion', 'id', 'source', 'type', 'time'))
    || jsonb_build_object('subject', pseudonym);
  -- Where the source takes name, user and time from. All three have to be there for the line to become an event.
  FOR place IN SELECT p.pointer, p.is_user FROM lifecycle.event_sources s,
      LATERAL (VALUES (s.cloudevents_user, true), (s.cloudevents_name, false), (s.cloudevents_time, false)) p (pointer, is_user)
    WHERE s.source = document ->> 'source' AND p.pointer IS NOT NULL ORDER BY p.is_user DESC
  LOOP
    path := ARRAY(SELECT replace(replace(part, '~1', '/'), '~0', '~') FROM unnest(string_to_array(substr(place.pointer, 2), '/')) WITH ORDINALITY p (part, number) ORDER BY number);
    CONTINUE WHEN jsonb_typeof(document #> path) NOT IN ('string', 'number') OR document #> path IS NULL OR path = '{subject}';
    named := document #>> path;
    IF place.is_user AND keys IS NOT NULL AND NOT coalesce(named = ANY (keys) OR lower(named) = ANY (keys) OR lifecycle.normalize_email(named) = ANY (emails), false) THEN
      -- Somebody else's event. Where the person is no more than its subject, it stays one.
      IF NOT lifecycle._mentions((document - 'subject')::text, keys, emails) THEN
        RETURN document || jsonb_build_object('subject', pseudonym);
      END IF;
      CONTINUE;
    END IF;
    FOR depth IN 1 .. cardinality(path) - 1 LOOP
      IF kept #> path[1:depth] IS NULL THEN
        kept := jsonb_set(kept, path[1:depth], '{}');
      END IF;
    END LOOP;
    kept := jsonb_set(kept, path, CASE WHEN place.is_user THEN to_jsonb(pseudonym) ELSE document #> path END);
  END LOOP;
  RETURN kept;
END
$$;
COMMENT ON FUNCTION lifecycle._redacted_line(text, text, text[], text[]) IS
  'Internal: an event, or a CloudEvents envelope, with nothing left of its user, who goes by these names or addresses, but the pseudonym: an envelope keeps what its source takes name and time from. One whose source takes the user from elsewhere and finds somebody else there keeps all but its subject; unless keys is null, because it is the user who is meant. Null where the line is no JSON object: nothing of it can be kept.';
