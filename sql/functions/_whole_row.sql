CREATE FUNCTION lifecycle._whole_row(relation regclass, OUT whole_row text, OUT unfit text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- s.* and not s, which would be a column of that name.
  SELECT CASE WHEN bool_or(c.holds_json) THEN format('(SELECT to_jsonb(b.*) FROM (SELECT %s) b)', string_agg(CASE WHEN c.holds_json
        THEN format('CASE WHEN lifecycle._fits_jsonb(%1$s) IS FALSE THEN to_jsonb(%1$s::text) ELSE to_jsonb(s.%2$I) END AS %2$I', c.as_json, c.attname)
        ELSE format('s.%I', c.attname) END, ', ' ORDER BY c.attnum)) ELSE 'to_jsonb(s.*)' END,
    string_agg(format('lifecycle._fits_jsonb(%s) IS FALSE', c.as_json), ' OR ' ORDER BY c.attnum) FILTER (WHERE c.holds_json)
  FROM (SELECT a.*, lifecycle._holds_json(a.atttypid) AS holds_json, format(CASE a.atttypid WHEN 'json'::regtype THEN 's.%I' ELSE 'to_json(s.%I)' END, a.attname) AS as_json
    FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped) c
$$;
COMMENT ON FUNCTION lifecycle._whole_row(regclass) IS
  'Internal: SQL over alias s, a row of the relation: whole_row, the row as a jsonb, in which a value that no jsonb can hold stands as its text; unfit, whether it has such a value (null: it cannot have).';
