CREATE FUNCTION lifecycle._require_source(dataset text, relation oid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('a source of dataset "%s" no longer exists', dataset),
      DETAIL = format('It had OID %s.', relation), HINT = format('DELETE FROM lifecycle.dataset_sources WHERE dataset = %L AND relation = %s; and register the relation it is now.', dataset, relation);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_source(text, oid) IS 'Internal: raises 42P01 with the mend where the relation of a dataset''s source is gone.';
