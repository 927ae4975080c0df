CREATE FUNCTION lifecycle._archived_columns(relation regclass) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- A generated column makes itself again; changed_xid is a number of this cluster's present.
  SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
  FROM pg_attribute a
  WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND NOT (a.attname = 'changed_xid' AND a.atttypid = 'xid8'::regtype)
$$;
COMMENT ON FUNCTION lifecycle._archived_columns(regclass) IS 'Internal: the columns of a table that its archives have: [{"name": …, "type": …}, …] in their order.';
