-- _write_file() and _read_file(): rows come back from a file exactly as they were; nothing half written is ever seen.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
SELECT plan(49);
\ir include/every_type.psql
\set directory `mktemp -d /tmp/write_file.XXXXXX && chmod 777 /tmp/write_file.*`
\setenv DIRECTORY :directory
\set ndjson :directory '/rows.ndjson'
\set sparse :directory '/rows.sparse.ndjson.gz'
\set zstd :directory '/rows.ndjson.zst'
\set csv :directory '/rows.csv'
\set other :directory '/other'
ALTER TABLE every_type ADD COLUMN c_json_null jsonb DEFAULT 'null';
UPDATE every_type SET c_json_null = NULL WHERE id % 2 = 0;
CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE query;
  RETURN 'well';
EXCEPTION WHEN OTHERS OR query_canceled THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.files(directory text) RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(f ORDER BY f COLLATE "C") FROM pg_ls_dir(directory) f $$;

SELECT * FROM lifecycle._write_file('SELECT * FROM pg_temp.every_type ORDER BY id', :'ndjson') \gset plain_
SELECT * FROM lifecycle._write_file('SELECT * FROM pg_temp.every_type ORDER BY id', :'sparse', compression => 'gzip', omit_nulls => true) \gset sparse_
SELECT * FROM lifecycle._write_file('SELECT * FROM pg_temp.every_type ORDER BY id', :'zstd', compression => 'zstd', with_checksum => false) \gset zstd_
SELECT is(:plain_rows::bigint, (SELECT count(*) FROM every_type), 'rows are counted');
SELECT is(ARRAY[:plain_bytes, :plain_plain_bytes]::bigint[], (SELECT ARRAY[(pg_stat_file(:'ndjson')).size, sum(octet_length(lifecycle.ndjson(t)) + 1)] FROM every_type t), 'and bytes');
SELECT ok(:sparse_bytes = (pg_stat_file(:'sparse')).size AND :sparse_bytes < :sparse_plain_bytes, 'of the file, not of what it unpacks to');
SELECT is(:'plain_checksum'::text, (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM every_type t), 'the checksum is parity_checksum of the rows');
SELECT is(:'sparse_checksum'::text, :'plain_checksum', 'however they are written');
SELECT ok(NOT :{?zstd_checksum}, 'and null where none is wanted');
-- Values whose text is the same in the line and in what the checksum is of are not written twice.
CREATE VIEW pg_temp.plain_types AS SELECT id, c_bool, c_int2, c_int4, c_int8, c_float4, c_float8, c_numeric, c_uuid, c_text, c_varchar, c_date, c_time, c_timestamp, c_timestamptz, c_interval, c_jsonb, c_json_null FROM every_type;
SELECT * FROM lifecycle._write_file('SELECT * FROM pg_temp.plain_types', :'other') \gset copied_
SELECT is(:'copied_checksum'::text, (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM pg_temp.plain_types t), 'the same of types that are much alike in both');
SELECT * FROM lifecycle._write_file('SELECT * FROM pg_temp.plain_types', :'other', omit_nulls => true) \gset copied_
SELECT is(:'copied_checksum'::text, (SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM pg_temp.plain_types t), 'and without the keys of nulls');
\setenv OTHER :other
\! rm "$OTHER"
SELECT results_eq(format('SELECT lifecycle._read_file(%L)', :'ndjson'), 'SELECT lifecycle.ndjson(t) FROM every_type t ORDER BY id', 'the lines are those of ndjson()');
SELECT results_eq(format('SELECT * FROM lifecycle._read_file(%L)', :'zstd'), 'SELECT lifecycle.ndjson(t) FROM every_type t ORDER BY id', 'packed by zstd too');
SELECT results_eq(format('SELECT * FROM lifecycle._hash_file(%L)', :'sparse'), format('SELECT %s::bigint, %L::text', :sparse_bytes, :'sparse_file_hash'), 'the hash is that of the file');
SELECT isnt(:'plain_file_hash'::text, :'zstd_file_hash', 'as it lies there');
\set hash `command -v xxh128sum >/dev/null && xxh128sum < "$DIRECTORY"/rows.ndjson | cut -d" " -f1 || true`
SELECT CASE WHEN :'hash' = '' THEN skip('xxh128sum is not installed, or may not read the file') ELSE is(:'plain_file_hash'::text, :'hash', 'xxh128sum says the same') END;

-- Nulls left out tell a null from a JSON null.
SELECT is(line, '{"id":0}', 'a row of nulls') FROM lifecycle._read_file(:'sparse') l (line) LIMIT 1;
CREATE TEMP TABLE back AS SELECT r.*, l.line::json -> 'c_json_null' AS json_null FROM lifecycle._read_file(:'sparse') l (line), json_populate_record(NULL::every_type, l.line::json) r;
SELECT is_empty($$
  SELECT id, o.key, o.value AS original, b.value AS back
  FROM every_type t JOIN back k USING (id), LATERAL json_each_text(row_to_json(t)) o JOIN LATERAL json_each_text(row_to_json(k)) b USING (key)
  WHERE o.value IS DISTINCT FROM b.value AND key NOT IN ('c_json', 'c_jsonb', 'c_json_null') $$, 'every value comes back as it was');
SELECT is_empty('SELECT id FROM every_type t JOIN back b USING (id) WHERE t.c_json_null IS DISTINCT FROM b.json_null::jsonb', 'a JSON null comes back as one, a null as a null');

-- CSV: a header, lines ended as RFC 4180 says; COPY reads it.
SELECT * FROM lifecycle._write_file('SELECT id, c_text AS "a ""text"", or two", c_numeric, c_jsonb, c_bytea, c_timestamptz, c_texts, c_pair FROM pg_temp.every_type ORDER BY id', :'csv', 'csv') \gset csv_
CREATE TEMP TABLE from_csv AS SELECT id, c_text, c_numeric, c_jsonb, c_bytea, c_timestamptz, c_texts, c_pair FROM every_type LIMIT 0;
SELECT is(line, 'id,"a ""text"", or two",c_numeric,c_jsonb,c_bytea,c_timestamptz,c_texts,c_pair' || chr(13), 'a header') FROM lifecycle._read_file(:'csv') l (line) LIMIT 1;
SELECT lives_ok(format('COPY pg_temp.from_csv FROM %L (FORMAT csv, HEADER)', :'csv'), 'COPY reads the file');
SELECT is((SELECT lifecycle.parity_checksum(lifecycle.parity_text(f)) FROM from_csv f), :'csv_checksum', 'and has the same rows');
SELECT is_empty('SELECT (id, c_text, c_numeric, c_bytea, c_timestamptz, c_texts, c_pair)::text FROM from_csv EXCEPT
  SELECT (id, c_text, c_numeric, c_bytea, c_timestamptz, c_texts, c_pair)::text FROM every_type', 'value for value');

SELECT * FROM lifecycle._write_file('SELECT v FROM (VALUES (1, ''a''::text), (2, NULL), (3, E''b\nc'')) s (i, v) ORDER BY i', :'other', 'text') \gset text_
SELECT is(pg_read_file(:'other'), E'a\n\nb\nc\n', 'text as it is');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L, ''text'')', :'other')), '42804: the query for a file of format text must give one column of type text', 'and nothing else');
SELECT is(pg_read_file(:'other'), E'a\n\nb\nc\n', 'an error leaves the old file');
SELECT is((SELECT rows FROM lifecycle._write_file('SELECT 1 WHERE false', :'other', compression => 'gzip')), 0::bigint, 'no rows');
SELECT is((SELECT count(*) FROM lifecycle._read_file(:'other')), 0::bigint, 'are no lines');
SELECT is((SELECT count(*) FROM lifecycle._write_file('SELECT FROM generate_series(1, 3)', :'other') w, lifecycle._read_file(:'other') l WHERE l = '{}'), 3::bigint, 'rows without columns');

-- The query sees what the calling statement sees.
CREATE FUNCTION pg_temp.add_and_write(path text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE counted bigint;
BEGIN
  INSERT INTO from_csv (id) VALUES (-1);
  SELECT rows INTO counted FROM lifecycle._write_file('SELECT * FROM pg_temp.from_csv WHERE id = -1', path);
  RETURN counted;
END
$$;
SELECT is(pg_temp.add_and_write(:'other'), 1::bigint, 'the query sees the rows of its own transaction');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''DELETE FROM pg_temp.from_csv RETURNING id'', %L)', :'other')), '0A000: DELETE is not allowed in a non-volatile function', 'a query that writes');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''CREATE TABLE x ()'', %L)', :'other')), '42601: CREATE TABLE query does not return tuples', 'no query at all');

-- The time zone and the like of the session do not enter.
SET LOCAL timezone = 'Asia/Kolkata';
SET LOCAL datestyle = 'German';
SELECT is((SELECT file_hash FROM lifecycle._write_file('SELECT * FROM pg_temp.every_type ORDER BY id', :'ndjson')), :'plain_file_hash', 'no setting of the session changes a byte');
RESET timezone;
RESET datestyle;

-- What goes wrong leaves the old file and nothing beside it.
SELECT pg_temp.files(:'directory') AS before \gset
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1 / (9000 - i) FROM generate_series(1, 10000) i'', %L)', :'ndjson')), '22012: division by zero', 'an error in the query');
SET LOCAL lifecycle_ledger.max_document_bytes = 1024;
SELECT alike(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT repeat(''''x'''', 2000) AS v'', %L)', :'ndjson')), '54000: %', 'an error in a row');
SELECT alike(pg_temp.outcome(format('SELECT count(*) FROM lifecycle._read_file(%L)', :'ndjson')), '54000: line is too long', 'an error in a line');
RESET lifecycle_ledger.max_document_bytes;
SET LOCAL statement_timeout = '200ms';
SELECT alike(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT i FROM generate_series(1, 1000000000) i'', %L)', :'ndjson')), '57014: %', 'a cancel');
RESET statement_timeout;
SELECT is((SELECT file_hash FROM lifecycle._hash_file(:'ndjson')), :'plain_file_hash', 'the old file is there');
SELECT is(pg_temp.files(:'directory')::text, :'before', 'and nothing beside it');

SELECT is(pg_temp.outcome('SELECT lifecycle._write_file(''SELECT 1'', ''rows'')'), '42602: the path of a file on the server must be absolute', 'a relative path');
SELECT is(pg_temp.outcome('SELECT lifecycle._write_file(''SELECT 1'', ''/no such/rows'')'), '58P01: could not find directory "/no such/"', 'a missing directory');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L)', current_setting('data_directory') || '/base/rows')),
  '42501: permission denied to write among the server''s own files', 'the data directory');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L, ''xml'')', :'other')), '22023: unknown file format "xml"', 'another format');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L, compression => ''lz4'')', :'other')), '22023: unknown compression "lz4"', 'another compression');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L)', :'directory')), '42809: "' || :'directory' || '" is not a regular file', 'a directory');
SELECT is(pg_temp.outcome('SELECT lifecycle._read_file(''rows'')'), '42602: the path of a file on the server must be absolute', 'a relative path to read');
SELECT is(pg_temp.outcome(format('SELECT count(*) FROM lifecycle._read_file(%L)', :'other' || '.none')), '58P01: could not open "' || :'other' || '.none"', 'a missing file');
SELECT * FROM lifecycle._write_file('SELECT ''x''::text FROM generate_series(1, 100000)', :'other', 'text', 'gzip') \gset x_
SELECT is((SELECT count(*) FROM lifecycle._read_file(:'other')), 100000::bigint, 'many short lines');
\! truncate -s 200 "$DIRECTORY"/other
SELECT is(pg_temp.outcome(format('SELECT count(*) FROM lifecycle._read_file(%L)', :'other')), 'XX001: "' || :'other' || '" is damaged', 'a file cut off');
\! printf 'good\nbad \377\n' > "$DIRECTORY"/other
SELECT is(pg_temp.outcome(format('SELECT count(*) FROM lifecycle._read_file(%L)', :'other')), '22021: the file is not valid UTF-8', 'a line that is not UTF-8');

-- Privileges.
CREATE ROLE file_writer;
GRANT USAGE ON SCHEMA lifecycle TO file_writer;
SET LOCAL ROLE file_writer;
SELECT is(pg_temp.outcome(format('SELECT lifecycle._write_file(''SELECT 1'', %L)', :'other')), '42501: permission denied to write a file on the server', 'who may not write');
SELECT is(pg_temp.outcome(format('SELECT lifecycle._read_file(%L)', :'other')), '42501: permission denied to read a file on the server', 'who may not read');
RESET ROLE;

\! rm -r "$DIRECTORY"
SELECT * FROM finish();
ROLLBACK;
