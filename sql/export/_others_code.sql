CREATE FUNCTION lifecycle._others_code(relation regclass) RETURNS TABLE (code text, owner name)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH RECURSIVE read (oid) AS (
    SELECT relation::oid
    UNION
    SELECT d.refobjid FROM read r JOIN pg_class c ON c.oid = r.oid AND c.relkind = 'v' JOIN pg_rewrite w ON w.ev_class = r.oid
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.oid),
  views AS (SELECT c.oid, c.relowner FROM read r JOIN pg_class c ON c.oid = r.oid AND c.relkind = 'v'),
  run AS (
    SELECT format('view %s', v.oid::regclass) AS code, v.relowner AS owner FROM views v
    UNION SELECT format('function %s', p.oid::regprocedure), p.proowner
      FROM views v JOIN pg_rewrite w ON w.ev_class = v.oid JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass JOIN pg_proc p ON p.oid = d.refobjid
      WHERE NOT p.prosecdef)
  -- Who has the rights of the current role, as a superuser has, gains nothing by it.
  SELECT r.code, o.rolname FROM run r JOIN pg_roles o ON o.oid = r.owner WHERE NOT pg_has_role(o.oid, current_user::regrole, 'MEMBER') ORDER BY r.code COLLATE "C" DESC
$$;
COMMENT ON FUNCTION lifecycle._others_code(regclass) IS
  'Internal: the views that are read with a relation, itself included, and the functions that they call, as far as these belong to roles with fewer rights than the current one: what they do is done with its rights. Materialized views and tables end the search: reading them runs nothing of their owners''; what functions call in turn is not looked at.';
