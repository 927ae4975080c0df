CREATE FUNCTION lifecycle._require_all_rows(relation regclass) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF row_security_active(relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('row-level security may hide rows of %s', relation),
      DETAIL = format('Its policies apply to role %I; a row that they hide would count as gone.', current_user),
      HINT = format('Call it as a role with BYPASSRLS, or as the table''s owner; or name a view that selects the rows that are meant in place of %s.', relation);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_all_rows(regclass) IS
  'Internal: raises 42501 where row-level security applies to what the caller reads of a table. A view that selects some of its rows on purpose is another matter.';
