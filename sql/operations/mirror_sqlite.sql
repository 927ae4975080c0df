CREATE PROCEDURE lifecycle.mirror_sqlite(path text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  source record;
  contact_columns text;
  written record;
BEGIN
  IF path IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'the path of the mirror is null',
      HINT = 'CALL lifecycle.mirror_sqlite(''/srv/mirror/contact_events.sqlite'');';
  END IF;
  SELECT * INTO source FROM lifecycle._contact_relation();
  -- SQLite's names ignore case: a name that is taken gets a number that leads to none. Ids and e-mails are text, as in contact_events.
  WITH columns AS (
    SELECT a.attnum, format('c.%I', a.attname) || CASE WHEN a.attname IN (source.id_column, source.email_column) THEN '::text' ELSE '' END AS value,
      CASE a.attname WHEN source.id_column THEN 'contact_id' WHEN source.email_column THEN 'email' ELSE a.attname END AS name,
      array_position(ARRAY[source.id_column, source.email_column, 'first_name', 'last_name']::name[], a.attname) AS place
    FROM pg_attribute AS a
    WHERE a.attrelid = source.relation AND a.attnum > 0 AND NOT a.attisdropped
  ), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY lower(name) ORDER BY place, attnum) AS taken FROM columns
  )
  SELECT string_agg(format('%s AS %I', value, name || CASE WHEN taken > 1 THEN '_' || (
      SELECT number FROM generate_series(2, 4000) AS number
      WHERE lower(name || '_' || number) NOT IN (SELECT lower(c.name) FROM columns AS c)
      ORDER BY number OFFSET taken - 2 LIMIT 1) ELSE '' END), ', ' ORDER BY place, attnum)
  INTO contact_columns
  FROM numbered;

  SELECT * INTO written
  FROM lifecycle._mirror_sqlite(path,
    format('SELECT %s FROM %s AS c', contact_columns, source.relation)
      || CASE WHEN lifecycle._any_suppressed() THEN format(' WHERE NOT lifecycle._is_suppressed(c.%I::text, c.%I::text)', source.id_column, source.email_column) ELSE '' END,
    'SELECT contact_id, contact_email, event_type, event_name, event_source, event_timestamp, source_system, source_record_id,
       payload, ingested_at, event_fingerprint FROM lifecycle.contact_events');
  -- For erasures, which write it anew; where the caller may not note it, the next run does.
  IF NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AND has_table_privilege('lifecycle.mirrors', 'SELECT')
    AND has_table_privilege('lifecycle.mirrors', 'INSERT') AND has_table_privilege('lifecycle.mirrors', 'UPDATE') THEN
    INSERT INTO lifecycle.mirrors AS m (path) VALUES (mirror_sqlite.path)
    ON CONFLICT ON CONSTRAINT mirrors_pkey DO UPDATE SET written_at = excluded.written_at, written_by = excluded.written_by;
  END IF;
  RAISE NOTICE 'mirror_sqlite: % contacts and % events in %', written.contacts, written.events, path;
END
$$;
COMMENT ON PROCEDURE lifecycle.mirror_sqlite(text) IS
'Writes contacts and contact_events, as one snapshot has them, into one SQLite file on the server at the absolute path and replaces the file there in one step: who reads it sees the old one or the new one, whole, also when the run is killed. Table contacts: contact_id, email, first_name and last_name where the relation has them, then its other columns; contact_events: the ledger''s columns, primary key (source_system, source_record_id), indexed by contact and time. Integers and booleans (0, 1) are INTEGER, floats REAL, bytea BLOB, all else TEXT: times as YYYY-MM-DD HH:MM:SS[.ffffff] in UTC, jsonb in canonical form. A file that is new is readable by the server''s user alone; permissions given to it later are kept. Needs pg_write_server_files and SELECT on what it reads. Errors: 42501, 42602 for a relative path, 42809 where another kind of file is at path, 55P03 while another session writes it, 55006 where a program has written to it, 58P01 and 58030 from the file system.';
