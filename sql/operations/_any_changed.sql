CREATE FUNCTION lifecycle._any_changed(relations regclass[], seen pg_snapshot, upto pg_snapshot) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  relation regclass;
  any_changed boolean;
BEGIN
  FOREACH relation IN ARRAY relations LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s c WHERE %s)', relation, lifecycle._cut_predicate('c.changed_xid', seen, upto)) INTO any_changed;
    IF any_changed OR seen IS NULL THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END
$$;
COMMENT ON FUNCTION lifecycle._any_changed(regclass[], pg_snapshot, pg_snapshot) IS
  'Internal: whether a cut has any row of these tables with changed_xid; true where it is a full compare.';
