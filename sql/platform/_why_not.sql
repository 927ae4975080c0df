CREATE FUNCTION lifecycle._why_not(rule jsonb, user_data jsonb, event jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'the condition does not hold: ' || string_agg(format('%s%s', m.leaf, CASE WHEN m.found <> '{}' THEN ' where ' ||
      (SELECT string_agg(f.key || ' is ' || f.value, ', ' ORDER BY f.key) FROM jsonb_each(m.found) f) ELSE '' END), '; ')
  FROM lifecycle.explain_match(rule, jsonb_strip_nulls(jsonb_build_object('event', event)) || CASE WHEN user_data IS NULL THEN '{}'
    ELSE jsonb_build_object('user', user_data) END) m
  WHERE m.decisive
$$;
COMMENT ON FUNCTION lifecycle._why_not(jsonb, jsonb, jsonb) IS
  'Internal: the leaves of a condition over {user, event} that made it fail, and what they found, as a sentence.';
