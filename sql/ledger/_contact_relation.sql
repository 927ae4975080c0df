CREATE FUNCTION lifecycle._contact_relation(OUT relation regclass, OUT id_column name, OUT email_column name)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._require_tables();
  SELECT c.relation, c.id_column, c.email_column INTO relation, id_column, email_column FROM lifecycle.contact_source c;
  IF NOT FOUND THEN
    relation := 'lifecycle.contacts'::regclass;
    id_column := 'contact_id';
    email_column := 'email';
  ELSIF NOT EXISTS (SELECT FROM pg_class WHERE oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = 'the contacts relation no longer exists',
      DETAIL = format('lifecycle.contact_source names the relation with OID %s.', relation::oid),
      HINT = 'SELECT lifecycle.use_contacts(relation, id_column, email_column) with one that exists.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._contact_relation() IS 'Internal: the contacts relation in force, with its id and e-mail columns.';
