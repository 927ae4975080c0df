CREATE FUNCTION lifecycle.explain_match(rule jsonb, data jsonb)
RETURNS TABLE (pointer text, leaf jsonb, found jsonb, result boolean, decisive boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT l ->> 0, l -> 1, (SELECT coalesce(jsonb_object_agg(p ->> 0, p -> 1), '{}') FROM jsonb_array_elements(l -> 2) p),
    (l -> 3)::boolean, (l -> 4)::boolean
  FROM jsonb_array_elements(lifecycle._explain_match(rule, data)) WITH ORDINALITY AS x(l, n)
  ORDER BY n
$$;
COMMENT ON FUNCTION lifecycle.explain_match(jsonb, jsonb) IS
'Why matches(rule, data) is what it is: a row for each leaf of the rule (what stands below and, or, !, !! and if), in the rule''s order. pointer: its place, as a JSON pointer into the rule. leaf: itself. found: what each var in it gave. result: whether the leaf holds. decisive: whether it is a reason for the whole result: of an "and" that failed the leaves that failed, of one that held all. Leaves that matches() would not have reached are shown too. No row for null. Errors as of matches().';
