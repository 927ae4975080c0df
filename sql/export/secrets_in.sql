CREATE FUNCTION lifecycle.secrets_in(document jsonb) RETURNS TABLE (json_pointer text, rule text, description text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of a key that is a secret itself the pointer names what it stands in.
  SELECT coalesce((SELECT string_agg('/' || replace(replace(p.step, '~', '~0'), '/', '~1'), '' ORDER BY p.place)
      FROM jsonb_array_elements_text(f.value -> 'path') WITH ORDINALITY AS p(step, place)
      WHERE p.place < jsonb_array_length(f.value -> 'path') OR f.value ->> 'what' <> 'key'), ''), f.value ->> 'rule', r.description
  FROM jsonb_array_elements(lifecycle._secret_list(document)::jsonb) WITH ORDINALITY AS f(value, place)
    JOIN lifecycle.secret_rules r ON r.name = f.value ->> 'rule'
  ORDER BY f.place
$$;
COMMENT ON FUNCTION lifecycle.secrets_in(jsonb) IS
  'What in a document looks like a secret by secret_rules: where, by which rule, and what that finds. A text alone is asked about as to_jsonb(text). What the export refuses is what this finds in a text or jsonb column. The first thousand. Needs SELECT on secret_rules.';
