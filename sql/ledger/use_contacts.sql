CREATE FUNCTION lifecycle.use_contacts(relation regclass, id_column name DEFAULT 'contact_id', email_column name DEFAULT 'email')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  wanted name;
  columns text;
  unfit record;
BEGIN
  PERFORM lifecycle._check_schema();
  IF relation IS NULL OR id_column IS NULL OR email_column IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'use_contacts() needs a relation, an id column and an e-mail column',
      HINT = 'SELECT lifecycle.use_contacts(''crm.people'', ''id'', ''email'');';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = 'the contacts relation does not exist',
      DETAIL = format('No relation has OID %s: it was dropped.', relation::oid),
      HINT = 'Name the table or view that holds the contacts now.';
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
  -- A text that depends on somebody's settings is no id; what is no text is no address.
  SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attname = id_column AS is_id INTO unfit
    FROM pg_attribute a
      CROSS JOIN LATERAL (WITH RECURSIVE base (oid) AS (
        SELECT a.atttypid UNION ALL SELECT t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype = 'd')
        SELECT t.oid, t.typcategory, t.typtype FROM base b JOIN pg_type t ON t.oid = b.oid WHERE t.typtype <> 'd') t
    WHERE a.attrelid = relation AND a.attname IN (id_column, email_column) AND a.attnum > 0 AND NOT (t.typcategory IN ('S', 'E')
      OR t.typtype = 'b' AND t.typcategory = 'U' AND t.oid >= 16384 -- of an extension or a user: a ulid, say
      OR a.attname = id_column AND a.attname <> email_column AND t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'oid'::regtype, 'uuid'::regtype))
    ORDER BY is_id DESC LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch',
      MESSAGE = format('contacts relation %s: column %I is of type %s, which is no %s', relation, unfit.attname, unfit.type,
        CASE WHEN unfit.is_id AND id_column <> email_column THEN 'id' ELSE 'e-mail address' END),
      DETAIL = 'An id is a text, an integer, a numeric, a uuid or of a type that an extension brings; an e-mail address is a text.',
      HINT = 'Name another column, or a view that casts this one.';
  END IF;
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
  'Resolves events against the user''s own contacts: a table or view with one row (or several) a contact, its id column (text, integer, numeric, uuid or a base type of an extension, compared as text) and its e-mail column (text, or such a type). Until called, lifecycle.contacts(contact_id, email) is used. The next sync re-resolves every row the change concerns. Errors: 42P01 and 42703 for a missing relation or column, 42804 for a column of another type, 42501 without SELECT or where row-level security applies to the caller.';
