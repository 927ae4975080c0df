CREATE FUNCTION lifecycle._send_directly(run bigint, destination text, dataset text, relation regclass, mapping jsonb, condition text, reason text, OUT batches bigint, OUT rejected bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target record;
  direct record;
  directory text;
  sequence bigint := lifecycle._next_batch(destination, dataset);
  files record;
  sent record;
  good bigint := 0;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _send_directly.destination;
  SELECT * INTO direct FROM lifecycle._direct_rows(contract, relation, mapping, condition);
  -- A row whose dead letter is to be resolved has to be told by its key, which takes a table.
  IF target.kind <> 'directory' OR direct.query IS NULL
    OR EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = _send_directly.dataset) THEN
    RETURN;
  END IF;
  directory := target.place || '/' || dataset;
  PERFORM lifecycle._check_directory(target.place);
  PERFORM lifecycle._claim_directory(destination, target.place);
  PERFORM lifecycle._make_directory(directory);
  PERFORM lifecycle._drop_staged_rows();
  PERFORM lifecycle._make_rejects();
  SELECT * INTO files FROM lifecycle._export_files(direct.query,
    format('INSERT INTO pg_temp.lifecycle_rejects SELECT q."reject code", q."reject sqlstate", q."json pointer", q."reject detail", q."reject key", num_nulls(%s) = 0, q."reject body", %s FROM (%s) q WHERE q."reject code" IS NOT NULL',
      (SELECT string_agg(format('q.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL),
      coalesce(format('q.%I::text', lifecycle._contract_property(contract, 'tenantColumn') #>> '{}'), 'NULL::text'), lifecycle._dataset_source_query(dataset, relation, mapping, condition)),
    jsonb_build_object('columns', direct.checks,
      'time_column', (SELECT c.place FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}'),
      'directory', directory, 'first', sequence, 'suffix', substring(lifecycle._directory_file(dataset, 1, target.options) FROM '1(\..*)$'),
      'format', coalesce(target.options ->> 'format', 'ndjson'), 'compression', coalesce(target.options ->> 'compression', 'none'),
      'most_bytes', coalesce((target.options ->> 'batch_bytes')::bigint, (SELECT setting::bigint FROM pg_settings WHERE name = 'lifecycle_ledger.batch_bytes')))::text);
  -- The contract's checks are told twice, for speed and in SQL. Where the two should ever disagree, those in SQL are right.
  IF files.rejected <> files.told THEN
    RAISE WARNING USING MESSAGE = format('dataset "%s": the contract''s checks disagree on %s rows; all go through a table instead', dataset, abs(files.rejected - files.told)),
      HINT = 'What is sent is right. Please report this with the source''s mapping.';
    RETURN;
  END IF;
  FOR place IN 1 .. cardinality(files.rows) LOOP
    SELECT files.rows[place] AS rows_in, files.rows[place] AS written, 0::bigint AS unchanged, 0::bigint AS dead, files.bytes[place] AS bytes, files.checksums[place] AS checksum,
        lifecycle._directory_file(dataset, sequence + place - 1, target.options) AS file, files.file_hashes[place] AS file_hash INTO sent;
    PERFORM lifecycle._record_batch(run, destination, dataset, sequence + place - 1, reason, contract ->> 'version', lifecycle._uuid_v7(), sent, files.earliest[place], files.latest[place]);
    good := good + sent.rows_in;
  END LOOP;
  batches := cardinality(files.rows);
  rejected := files.rejected;
  IF rejected > 0 THEN
    PERFORM lifecycle._bury_rejects(dataset, contract ->> 'version');
  END IF;
  PERFORM lifecycle._count_rows(run, good + rejected, good, 0, 0, rejected, 0, 0);
END
$$;
COMMENT ON FUNCTION lifecycle._send_directly(bigint, text, text, regclass, jsonb, text, text) IS
  'Internal: as _send_rows(), of one source to a directory, without a table in between: rows go from the query into files. batches is null, and nothing was done, where that cannot be: another kind of destination, dead letters that might be resolved, types that the checks do not know, checks that disagree.';
