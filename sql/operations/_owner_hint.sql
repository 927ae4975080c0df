CREATE FUNCTION lifecycle._owner_hint() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format('Call it as the role that called install(), %I', r.rolname)
    || CASE WHEN r.rolsuper THEN '.' ELSE format(', or as a member of it: GRANT %I TO %I;', r.rolname, current_user) END
  FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = 'lifecycle.schema_version'::regclass
$$;
COMMENT ON FUNCTION lifecycle._owner_hint() IS 'Internal: what mends a missing privilege on the tables of install(). Nobody is told to hand out a superuser''s.';
