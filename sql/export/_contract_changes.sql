CREATE FUNCTION lifecycle._contract_changes(published jsonb, document jsonb)
RETURNS TABLE (json_pointer text, change text, class text, needs text, detail text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT h.json_pointer, h.change, h.class, CASE WHEN h.class IN ('tightening', 'breaking') THEN 'major' WHEN h.class = 'additive' THEN 'minor' ELSE h.needs END, h.detail
  FROM (SELECT 1 AS part, 0 AS place, d.* FROM lifecycle._document_changes(published, document) d
    UNION ALL SELECT 2, c.place, c.json_pointer, c.change, c.class, 'patch', c.detail FROM lifecycle._column_changes(published, document) c) h
  ORDER BY array_position(ARRAY['breaking', 'tightening', 'additive', 'neutral'], h.class), h.part, h.place, h.json_pointer;
END
$$;
COMMENT ON FUNCTION lifecycle._contract_changes(jsonb, jsonb) IS
  'Internal: what a contract document changes of the published one, worst first; as contract_changes(). Both without problems.';
