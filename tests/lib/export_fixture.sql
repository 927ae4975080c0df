-- A database with operational tables, two warehouses to compare, and functions that do so. Variables: directory.
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS lifecycle_ledger;
CALL lifecycle.install();
CALL lifecycle.install_operational_tables();
CALL lifecycle.install_warehouse('hq', '1 year');
-- Row types of their own: the warehouse's tables may be locked.
CREATE SCHEMA shape;
SELECT format('CREATE TABLE shape.%I (LIKE hq.%1$I)', d.dataset) FROM lifecycle.datasets d WHERE d.dataset LIKE 'dx%' \gexec
CREATE FUNCTION id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5(n::text)::uuid $$;
CREATE FUNCTION add_runs(first bigint, beyond bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO lifecycle.operation_runs (run_id, operation_id, action_id, entity_type, entity_id, org_id, status, created_at, started_at, error_message)
    SELECT id(n), 'company.enrich.profile', 'act', 'company', id(n), id(n % 3), CASE WHEN n % 10 = 0 THEN 'running' ELSE 'succeeded' END, '2025-03-01+00'::timestamptz + n * interval '1 minute',
      '2025-03-01+00', 'Message ' || n FROM generate_series(first, beyond - 1) n
$$;
-- What a source would export, and what a relation has, as one checksum.
CREATE FUNCTION wanted(dataset text) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (SELECT %s FROM (%s) q WHERE "reject code" IS NULL) r',
    (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM lifecycle._contract_columns(lifecycle._dataset_contract(dataset))), lifecycle._dataset_query(dataset)) INTO result;
  RETURN result;
END $$;
CREATE FUNCTION held(relation text) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM %s r', relation) INTO result;
  RETURN result;
END $$;
SELECT set_config('test.directory', :'directory', false);
CREATE TABLE place AS SELECT :'directory'::text AS directory;
-- What the files of a directory hold: those that the manifest lists, read as who fetches them would.
CREATE FUNCTION files(dataset text) RETURNS TABLE (file text, line jsonb) LANGUAGE sql AS $$
  SELECT f ->> 'file', l::jsonb
  FROM (SELECT string_agg(m, E'\n')::jsonb AS manifest FROM lifecycle._read_file((SELECT directory FROM place) || '/' || dataset || '/manifest.json') m) m,
    jsonb_array_elements(m.manifest -> 'files') f, lifecycle._read_file((SELECT directory FROM place) || '/' || dataset || '/' || (f ->> 'file')) l
$$;
CREATE FUNCTION in_files(dataset text) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM files($1) f, LATERAL jsonb_populate_record(NULL::shape.%I, f.line) r', dataset) INTO result USING dataset;
  RETURN result;
END $$;
-- Each file of the manifest as the manifest says: rows, checksum and hash.
CREATE FUNCTION files_are_sound(dataset text) RETURNS boolean LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  result boolean;
BEGIN
  EXECUTE format($sql$
    SELECT coalesce(bool_and(f.f ->> 'checksum' = x.checksum AND f.f ->> 'file_hash' = 'xxh3-128:' || (lifecycle._hash_file((SELECT directory FROM place) || '/' || $1 || '/' || (f.f ->> 'file'))).file_hash), true)
    FROM (SELECT jsonb_array_elements(string_agg(m, E'\n')::jsonb -> 'files') AS f FROM lifecycle._read_file((SELECT directory FROM place) || '/' || $1 || '/manifest.json') m) f
      CROSS JOIN LATERAL (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) AS checksum FROM files($1) l, LATERAL jsonb_populate_record(NULL::shape.%I, l.line) r WHERE l.file = f.f ->> 'file') x
    $sql$, dataset) INTO result USING dataset;
  RETURN result;
END $$;
