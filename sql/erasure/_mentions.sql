CREATE FUNCTION lifecycle._mentions(line text, keys text[], emails text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  key text;
  email text;
  plain text;
  special constant text := '([\\.+*?^$()\[\]{}|-])';
BEGIN
  -- Escapes hide a name: many programs write every letter beyond ASCII as one. jsonb has none left.
  IF strpos(line, '\u') > 0 THEN
    BEGIN
      plain := line::jsonb;
    EXCEPTION WHEN OTHERS THEN
      plain := lifecycle._unescaped(line); -- broken
    END;
    IF plain <> line AND lifecycle._mentions(plain, keys, emails) THEN
      RETURN true;
    END IF;
  END IF;
  -- The line may be broken in any way, so it is looked at as text. A name is one only where an event names its user: it may be short.
  FOREACH key IN ARRAY keys LOOP
    IF (length(key) >= 32 AND strpos(lower(line), lower(key)) > 0) OR (strpos(line, key) > 0
        AND line ~ ('"(user_id|subject)"\s*:\s*"?' || regexp_replace(trim(BOTH '"' FROM to_json(key)::text), special, '\\\1', 'g') || '"?\s*([,}]|$)')) THEN
      RETURN true;
    END IF;
  END LOOP;
  -- An address anywhere, but not as a part of a longer one.
  FOREACH email IN ARRAY emails LOOP
    IF line ~* ('(?<![[:alnum:]._%+-])' || regexp_replace(email, special, '\\\1', 'g') || '(?![[:alnum:]-]|\.[[:alnum:]])') THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END
$$;
COMMENT ON FUNCTION lifecycle._mentions(text, text[], text[]) IS
  'Internal: whether a line of event JSON, well-formed or not, names a user by one of these names or has one of these addresses in it.';
