CREATE FUNCTION lifecycle._erase_contacts(contacts text[], OUT rows bigint, OUT note text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  assignments text;
  emptied text;
BEGIN
  SELECT * INTO source FROM lifecycle._contact_relation();
  rows := 0;
  IF source.relation <> 'lifecycle.contacts'::regclass THEN
    EXECUTE format('SELECT format(''Contacts are in %%s, which is not ours to change: %%s rows of the person are to be deleted there.'', %1$L::regclass, count(*))
      FROM %1$s c WHERE c.%2$I::text = ANY ($1) HAVING count(*) > 0', source.relation, source.id_column) INTO note USING contacts;
  END IF;
  BEGIN
    DELETE FROM lifecycle.contacts c WHERE c.contact_id = ANY (contacts);
    GET DIAGNOSTICS rows = ROW_COUNT;
  EXCEPTION WHEN foreign_key_violation THEN
    -- Tables of the user's own point to it: the row stays, with its id and its times.
    SELECT string_agg(format('%I = NULL', a.attname), ', '), string_agg(format('c.%I', a.attname), ', ') INTO assignments, emptied FROM pg_attribute a
      WHERE a.attrelid = 'lifecycle.contacts'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull AND a.attgenerated = '';
    EXECUTE format('UPDATE lifecycle.contacts c SET %s, updated_at = now() WHERE c.contact_id = ANY ($1) AND num_nonnulls(%s) > 0', assignments, emptied)
      USING contacts;
    GET DIAGNOSTICS rows = ROW_COUNT;
    note := 'Other tables point to the row in lifecycle.contacts: it stays, with nothing but its id.';
  END;
END
$$;
COMMENT ON FUNCTION lifecycle._erase_contacts(text[]) IS
  'Internal: deletes contacts from the installed table, or empties the rows where others point to them; says what is to be done where the contacts are somebody else''s table.';
