-- The tables a mirror is made of and a way to ask the file, for tests of mirror_sqlite(). The sqlite3 program runs on the
-- server, as the server's user: the file is that user's alone.
-- psql variable name: the file's, in the data directory.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CREATE TABLE lifecycle.any_source PARTITION OF lifecycle.contact_events DEFAULT;
SELECT current_setting('data_directory') || '/' || :'name' AS path \gset

CREATE FUNCTION shell_word(word text) RETURNS text LANGUAGE sql AS $$ SELECT '''' || replace(word, '''', '''\''''') || '''' $$;
-- What a shell command prints, as one text.
CREATE FUNCTION shell(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  output text;
BEGIN
  CREATE TEMP TABLE shell_output (number serial, line text);
  EXECUTE format('COPY shell_output (line) FROM PROGRAM %L (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'')', command);
  SELECT string_agg(line, E'\n' ORDER BY number) INTO output FROM shell_output;
  DROP TABLE shell_output;
  RETURN output;
END $$;
-- What sqlite3 prints for a script (columns apart by |).
CREATE FUNCTION sqlite(path text, script text) RETURNS text LANGUAGE sql AS $$
  SELECT shell('printf %s ' || shell_word(script) || ' | sqlite3 -batch -readonly ' || shell_word(path) || ' 2>&1') $$;
-- Files beside the mirror whose names begin with its own.
CREATE FUNCTION files_at(path text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM pg_ls_dir(regexp_replace(path, '/[^/]*$', '')) AS f
  WHERE starts_with(f, regexp_replace(path, '^.*/', '')) $$;
