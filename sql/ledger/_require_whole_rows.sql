CREATE FUNCTION lifecycle._require_whole_rows(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  hidden text := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped AND NOT has_column_privilege(relation, attnum, 'SELECT'));
BEGIN
  IF hidden IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied for whole rows of %s', relation),
      DETAIL = format('A row that is held is kept whole, and role %I may not read: %s.', current_user, hidden),
      HINT = format('GRANT SELECT ON %s TO %I; or register a view of the columns it may read.', relation, current_user);
  END IF;
  PERFORM lifecycle._require_all_rows(relation);
END
$$;
COMMENT ON FUNCTION lifecycle._require_whole_rows(regclass) IS 'Internal: raises 42501 where the caller may not read every column and every row of a source.';
