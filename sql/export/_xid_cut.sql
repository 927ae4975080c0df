CREATE FUNCTION lifecycle._xid_cut(relation regclass, OUT has_xid boolean, OUT is_indexed boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  -- Of a view, the tables that it reads.
  WITH RECURSIVE tables(oid) AS (
    SELECT relation::oid
    UNION
    SELECT d.refobjid FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass)
  SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = 'changed_xid' AND a.atttypid = 'xid8'::regtype AND NOT a.attisdropped),
    EXISTS (SELECT FROM tables t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indisvalid AND i.indpred IS NULL AND a.attname = 'changed_xid')
$$;
COMMENT ON FUNCTION lifecycle._xid_cut(regclass) IS 'Internal: whether a source has transaction numbers (changed_xid), and whether an index leads with them, so that an export can go in steps.';
