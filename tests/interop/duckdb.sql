-- Files for tests/interop/duckdb in :directory: rows of every dataset as its contract has them, in each format and compression. What was
-- written stands in table exported.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CREATE TABLE exported (number bigint GENERATED ALWAYS AS IDENTITY, name text, path text, format text, checksum text, columns jsonb);
CREATE TABLE place AS SELECT :'directory' AS directory;

-- Values of every type, by number: letters of one to four bytes, what files and checksums escape, empty texts, scales, microseconds.
CREATE FUNCTION pick(choices text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT choices[1 + n % cardinality(choices)] $$;
CREATE FUNCTION some_value(type text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN type IN ('text') OR type LIKE 'varchar%' THEN pick(ARRAY['plain', '', ' spaced ', E'a "quote", a comma', E'two\nlines', E'tab\t', E'\\N', E'back\\slash', E'\x1F', E'\r\n', 'null', 'é ß € 漢 𝄞', '{}', '0', 'NULL', E'\u200d\ufeff'], n)
    WHEN type = 'uuid' THEN md5(n::text)::uuid::text
    WHEN type IN ('integer', 'int') THEN pick(ARRAY['0', '-1', '2147483647', '-2147483648', n::text], n)
    WHEN type = 'smallint' THEN pick(ARRAY['0', '-32768', '32767'], n)
    WHEN type = 'bigint' THEN pick(ARRAY['0', '-1', '9223372036854775807', '-9223372036854775808', n::text], n)
    WHEN type = 'numeric' THEN pick(ARRAY['0', '0.00', '1.50', '-0.0125', '100', '1000000', '0.000001', '123456789.123456', '42.000', '999999999999999', '-7e3', n || '.10'], n)
    WHEN type IN ('real', 'double precision') THEN pick(ARRAY['0', '-1.5', '0.1', '1e-05', '123456', CASE type WHEN 'real' THEN '999999' ELSE '100000000000000' END, 'NaN', 'Infinity', '-Infinity', n || '.25'], n)
    WHEN type = 'boolean' THEN pick(ARRAY['true', 'false'], n)
    WHEN type = 'bytea' THEN pick(ARRAY['\x', '\x00', '\xdeadbeef', '\x' || md5(n::text)], n)
    WHEN type = 'date' THEN pick(ARRAY['0001-01-01', '2024-02-29', '9999-12-31', (date '2025-01-01' + n::int)::text], n)
    WHEN type = 'time' THEN pick(ARRAY['00:00', '23:59:59.999999', '12:34:56.000001'], n)
    WHEN type = 'timestamp' THEN pick(ARRAY['0001-01-01 00:00', '9999-12-31 23:59:59.999999', '2025-03-30 02:30:00.000001', (timestamp '2025-01-01' + n * interval '1.234567 s')::text], n)
    WHEN type = 'timestamptz' THEN pick(ARRAY['0001-01-01 00:00+00', '9999-12-31 23:59:59.999999+00', '2025-03-30 02:30:00.1+05:30', (timestamptz '2025-01-01+00' + n * interval '1.234567 s')::text], n)
    WHEN type = 'jsonb' THEN pick(ARRAY['{}', '[]', '"text \\ \" / é 𝄞 \n"', '{"b": [1.50, -0.0125, 1e3], "a": {"": null, "c": true}}', '123456789.125', 'false', '{"z": 1, "aa": "2", "é": [[], {}]}', format('{"n": %s}', n)], n)
  END $$;
-- A query of :rows rows with these columns; what may be null is, now and then.
CREATE FUNCTION sample(columns jsonb, rows int) RETURNS text LANGUAGE sql AS $$
  SELECT format('SELECT %s FROM generate_series(1, %s) n', string_agg(format('CASE WHEN %L OR n %% %s <> 0 THEN %s END::%s AS %I', coalesce(c ->> 'required', 'false'), place + 2,
      CASE WHEN c ->> 'values' IS NULL THEN format('some_value(%L, n + %s)', c ->> 'type', place) ELSE format('pick(%L, n)', ARRAY(SELECT jsonb_array_elements_text(c -> 'values'))) END,
      c ->> 'type', c ->> 'name'), ', ' ORDER BY place), rows)
  FROM jsonb_array_elements(columns) WITH ORDINALITY x (c, place) $$;
CREATE FUNCTION write(name text, query text, columns jsonb, format text, compression text) RETURNS void LANGUAGE sql AS $$
  WITH f AS (SELECT format('%s/%s.%s%s', directory, replace(name, ' ', '_'), format, CASE compression WHEN 'gzip' THEN '.gz' WHEN 'zstd' THEN '.zst' ELSE '' END) AS path FROM place),
    w AS (SELECT path, (lifecycle._write_file(query, path, format, compression)).checksum FROM f)
  INSERT INTO exported (name, path, format, checksum, columns) SELECT name, path, format, checksum, columns FROM w $$;

-- The columns of the document's own example; those of every dataset; one of every type.
CREATE TABLE shapes AS
  SELECT 'runs' AS name, '[{"name": "id", "type": "bigint"}, {"name": "cost", "type": "numeric"}, {"name": "status", "type": "text"}, {"name": "finished_at", "type": "timestamptz"}]'::jsonb AS columns
  UNION ALL
  SELECT 'dataset ' || d.dataset, jsonb_agg(jsonb_build_object('name', c.name, 'type', c.type, 'required', c.required, 'values', c.valid_values) ORDER BY c.place)
  FROM lifecycle.datasets d CROSS JOIN LATERAL lifecycle._contract_columns(d.contract) c GROUP BY d.dataset
  UNION ALL
  SELECT 'every type', jsonb_agg(jsonb_build_object('name', 'a ' || t, 'type', t))
  FROM unnest('{smallint,integer,bigint,numeric,real,double precision,boolean,text,varchar(60),uuid,bytea,date,time,timestamp,timestamptz,jsonb}'::text[]) t;
SELECT format('CREATE TABLE %I AS %s', name, sample(columns, 400)) FROM shapes \gexec
SELECT write('runs', 'SELECT * FROM public.runs', columns, 'ndjson', 'none') FROM shapes WHERE name = 'runs' \g /dev/null
SELECT write(concat_ws(' ', name, format, compression), format('SELECT * FROM public.%I', name), columns, format, compression)
FROM shapes CROSS JOIN unnest('{ndjson,csv}'::text[]) format CROSS JOIN unnest('{none,gzip,zstd}'::text[]) compression WHERE name <> 'runs' \g /dev/null
SELECT write('extremes', $$SELECT n::numeric AS n, j::jsonb AS j FROM (VALUES ('12345678901234567890.1234567890123456789000', '{"n": 12345678901234567890.1234567890123456789}'), ('1e-20', '[1e30, 1e-30, 5e-324, 1.7976931348623157e308]'),
  ('-1e40', '"\u0001\u001f\u007f"'), ('0.10', 'null'), (NULL, NULL), ('99999999999999999999999999999999999999999', '[1e400, -0.0]')) v (n, j)$$, '[{"name": "n", "type": "numeric"}, {"name": "j", "type": "jsonb"}]', 'csv', 'none') \g /dev/null

-- The history, as it is delivered.
INSERT INTO lifecycle.insight (type, data_ref, organization_id, created_at, details)
  SELECT pick('{qbr,renewal,churn_risk,highly_positive}', n), n % 97, 1 + n % 3, timestamptz '2025-01-01+00' + n * interval '61.000001 s', jsonb_build_object('channel', pick('{email,meeting,chat,fax}', n), 'context', some_value('text', n)) FROM generate_series(1, 3000) n;
CALL lifecycle.export_history(:'directory', format => 'csv', compression => 'zstd');
INSERT INTO exported (name, path, format, checksum, columns)
  SELECT 'manifest ' || (f ->> 'file'), :'directory' || '/lifecycle_event_history/' || (f ->> 'file'), f ->> 'format', f ->> 'checksum', m -> 'columns'
  FROM (SELECT string_agg(l, E'\n')::jsonb FROM lifecycle._read_file(:'directory' || '/lifecycle_event_history/manifest.json') l) x (m), jsonb_array_elements(m -> 'files') f;

-- The other datasets, as they are delivered: rows of the operational tables, two batches each.
\set delivered :directory '/delivered'
\setenv DELIVERED :delivered
\! mkdir -m 777 "$DELIVERED" "$DELIVERED"/csv "$DELIVERED"/ndjson
SELECT lifecycle.register_destination(format, 'directory', :'delivered' || '/' || format, jsonb_build_object('format', format, 'compression', compression))
FROM (VALUES ('csv', 'gzip'), ('ndjson', 'zstd')) v (format, compression) \g /dev/null
-- Versions of entities become documents, whose control characters DuckDB spells otherwise, as the document says.
SELECT format('INSERT INTO lifecycle.%I (%s) SELECT %2$s FROM public.%I s WHERE strpos(s::text, chr(31)) = 0', t.name, (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute a
    WHERE a.attrelid = ('lifecycle.' || t.name)::regclass AND a.attname IN (SELECT c ->> 'name' FROM jsonb_array_elements(s.columns) c)), s.name) AS fill
FROM shapes s JOIN (VALUES ('operation_runs', 'dataset dx_operation_runs_v1'), ('operation_events', 'dataset dx_operation_events_v1'), ('company_entities', 'dataset dx_company_entities_v1'),
  ('person_entities', 'dataset dx_person_entities_v1'), ('entity_snapshots', 'dataset dx_entity_snapshots_v1')) t (name, shape) ON s.name = t.shape \gexec
CALL lifecycle.export();
UPDATE lifecycle.company_entities SET canonical_name = canonical_name || ' é' WHERE record_version < 1000;
CALL lifecycle.export();
-- And sent again: a directory has the rows once more.
CALL lifecycle.backfill('dx_company_entities_v1', '0001-01-01', '9999-01-01', step => '10000 years');
CALL lifecycle.backfill('dx_operation_runs_v1', '0001-01-01', '9999-01-01', step => '10000 years');
CREATE TABLE wanted AS
  SELECT 'companies' AS name, concat_ws(' ', count(*), sum(record_version), md5(string_agg(coalesce(canonical_name, '-'), '|' ORDER BY org_id::text COLLATE "C", entity_id::text COLLATE "C"))) AS told FROM lifecycle.company_entities
  UNION ALL SELECT 'runs', concat_ws(' ', count(*), md5(string_agg(run_id::text, '|' ORDER BY run_id::text COLLATE "C"))) FROM lifecycle.finished_operation_runs r
    WHERE NOT EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.source = 'dx_operation_runs_v1' AND l.key = r.run_id::text);
INSERT INTO exported (name, path, format, checksum, columns)
  SELECT concat_ws(' ', 'manifest', d.place, m ->> 'dataset', f ->> 'file'), concat_ws('/', d.place, m ->> 'dataset', f ->> 'file'), m ->> 'format', f ->> 'checksum', m -> 'columns'
  FROM lifecycle.destinations d CROSS JOIN lifecycle.datasets s CROSS JOIN LATERAL (SELECT pg_read_file(format('%s/%s/manifest.json', d.place, s.dataset))::jsonb) x (m), jsonb_array_elements(m -> 'files') f
  WHERE s.dataset LIKE 'dx%';
