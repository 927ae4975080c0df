CREATE FUNCTION lifecycle._load_archive(manifest text, OUT staging regclass, OUT rows bigint, OUT cleared text, OUT redacted bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  m record;
  parent record;
  found record;
  checksum text;
  name text;
  names text;
  fk record;
  orphans bigint;
  key_column name;
  bound_type text;
BEGIN
  SELECT * INTO m FROM lifecycle._read_manifest(manifest);
  SELECT * INTO found FROM lifecycle._hash_file(m.path);
  IF 'xxh3-128:' || found.file_hash <> m.document ->> 'file_hash' THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted',
      MESSAGE = format('archive "%s" is not the file its manifest describes', m.path),
      DETAIL = format('It has %s bytes and hash %s; the manifest says %s bytes and %s.', found.bytes, found.file_hash, m.document ->> 'bytes', m.document ->> 'file_hash'),
      HINT = 'Take file and manifest from the same backup.';
  END IF;
  SELECT c.relname, n.nspname, pg_get_userbyid(c.relowner) AS owner INTO parent
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = m.relation;
  -- What a restore that was interrupted has left.
  name := format('%I.%I', parent.nspname, left(m.document ->> 'partition', 50) || '_restoring');
  IF to_regclass(name) IS NOT NULL THEN
    EXECUTE format('DROP TABLE %s', name);
  END IF;
  EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', name, m.relation);
  staging := name::regclass;
  IF parent.owner <> current_user THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', staging, parent.owner);
  END IF;

  names := (SELECT string_agg(quote_ident(c.value ->> 'name'), ', ' ORDER BY c.place) FROM jsonb_array_elements(m.columns) WITH ORDINALITY c (value, place));
  EXECUTE format('INSERT INTO %s (%s) %s', staging, names, lifecycle._archived_rows_query(m.path, m.relation, m.columns));
  GET DIAGNOSTICS rows = ROW_COUNT;
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (%s) r', lifecycle._archive_query(staging, m.columns)) INTO checksum;
  IF checksum <> m.document ->> 'checksum' THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted',
      MESSAGE = format('archive "%s" does not give back the rows that were archived', m.path),
      DETAIL = format('Checksum of its rows: %s; of those archived: %s.', checksum, m.document ->> 'checksum'),
      HINT = 'Nothing was restored. Take file and manifest from a backup.';
  END IF;

  -- A file from before an erasure brings nobody back.
  redacted := lifecycle._redact_table(staging, m.document ->> 'relation');

  -- Partition bounds are then proved by a constraint, so that attaching reads nothing.
  SELECT a.attname, format_type(a.atttypid, a.atttypmod) INTO key_column, bound_type
    FROM pg_partitioned_table k JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = k.partattrs[0] WHERE k.partrelid = m.relation;
  EXECUTE format('ALTER TABLE %1$s ADD CONSTRAINT restored_range CHECK (%2$I IS NOT NULL AND %2$I >= %3$L::%5$s AND %2$I < %4$L::%5$s)', staging, key_column,
    m.lower_bound, m.upper_bound, bound_type);

  -- Those whom a row points to may be gone by now.
  FOR fk IN SELECT * FROM lifecycle._foreign_keys(m.relation) LOOP
    IF fk.nullable THEN
      EXECUTE format('UPDATE %1$s t SET %2$s WHERE %3$s AND NOT EXISTS (SELECT FROM %4$s r WHERE %5$s)', staging, fk.set_null, fk.given, fk.referenced, fk.matches);
      GET DIAGNOSTICS orphans = ROW_COUNT;
      IF orphans > 0 THEN
        cleared := concat_ws(', ', cleared, format('%s in %s rows', fk.columns, orphans));
      END IF;
    ELSE
      EXECUTE format('SELECT count(*) FROM %1$s t WHERE %2$s AND NOT EXISTS (SELECT FROM %3$s r WHERE %4$s)', staging, fk.given, fk.referenced, fk.matches) INTO orphans;
      IF orphans > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
          MESSAGE = format('%s rows of the archive point to rows of %s that are gone', orphans, fk.referenced),
          DETAIL = format('Column %s of %s may not be null.', fk.columns, m.relation),
          HINT = 'Bring those rows back first, or read the file, which is NDJSON.';
      END IF;
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._load_archive(text) IS
  'Internal: the rows of an archive in a table of their own, shaped like the partition they were, not attached yet: file and rows held against the manifest, references to rows that are gone set to null where they may be. Rows of erased people are redacted. Returns the table, its rows, which columns were cleared, and how many rows were redacted.';
