CREATE FUNCTION lifecycle.use_contacts(relation regclass, id_column name DEFAULT 'contact_id', email_column name DEFAULT 'email')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted name;
  columns text;
BEGIN
  PERFORM lifecycle._check_schema();
  IF relation IS NULL OR id_column IS NULL OR email_column IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'use_contacts() needs a relation, an id column and an e-mail column',
      HINT = 'SELECT lifecycle.use_contacts(''crm.people'', ''id'', ''email'');';
  END IF;
  IF (SELECT relkind NOT IN ('r', 'p', 'v', 'm', 'f') FROM pg_class WHERE oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'wrong_object_type',
      MESSAGE = format('%s cannot hold the contacts', relation),
      DETAIL = 'It is neither a table nor a view.',
      HINT = 'Name the table or view that holds them.';
  END IF;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped;
  FOREACH wanted IN ARRAY ARRAY[id_column, email_column] LOOP
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = wanted AND attnum > 0 AND NOT attisdropped) THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_column',
        MESSAGE = format('contacts relation %s has no column %I', relation, wanted),
        DETAIL = format('Its columns are: %s.', columns),
        HINT = 'SELECT lifecycle.use_contacts(relation, id_column, email_column) with the names it has.';
    END IF;
    IF NOT has_column_privilege(relation, wanted, 'SELECT') THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
        MESSAGE = format('permission denied to read column %I of contacts relation %s', wanted, relation),
        HINT = format('GRANT SELECT ON %s TO %I;', relation, current_user);
    END IF;
  END LOOP;
  PERFORM lifecycle._require_all_rows(relation);
  IF NOT (has_table_privilege('lifecycle.contact_source', 'INSERT') AND has_table_privilege('lifecycle.contact_source', 'UPDATE')) THEN
    PERFORM lifecycle._require_owner('use_contacts()');
  END IF;
  INSERT INTO lifecycle.contact_source (relation, id_column, email_column) VALUES (relation, id_column, email_column)
  ON CONFLICT (only_row) DO UPDATE
    SET relation = excluded.relation, id_column = excluded.id_column, email_column = excluded.email_column;
END
$$;
COMMENT ON FUNCTION lifecycle.use_contacts(regclass, name, name) IS
  'Resolves events against the user''s own contacts: a table or view with one row (or several) a contact, its id column (any type, compared as text) and its e-mail column. Until called, lifecycle.contacts(contact_id, email) is used. The next sync re-resolves every row the change concerns. Errors: 42703 for a missing column, 42501 without SELECT or where row-level security applies to the caller.';
