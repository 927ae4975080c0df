CREATE FUNCTION lifecycle._send_directly(run bigint, destination text, dataset text, relation regclass, mapping jsonb, condition text, reason text, memory integer DEFAULT NULL,
  OUT batches bigint, OUT rejected bigint, OUT refused boolean)
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
  refused := false;
  IF direct.query IS NULL OR target.kind NOT IN ('directory', 'server') OR (target.kind = 'directory' AND memory IS NOT NULL)
    OR EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = _send_directly.dataset) THEN
    RETURN;
  END IF;
  IF target.kind = 'server' THEN
    SELECT s.batches, s.rejected, s.refused INTO batches, rejected, refused
      FROM lifecycle._stream_directly(run, destination, dataset, direct.query, direct.checks, lifecycle._rejects_statement(dataset, relation, mapping, condition), reason, memory) s;
    RETURN;
  END IF;
  directory := target.place || '/' || dataset;
  PERFORM lifecycle._check_directory(target.place);
  PERFORM lifecycle._claim_directory(destination, target.place);
  PERFORM lifecycle._make_directory(directory);
  PERFORM lifecycle._drop_staged_rows();
  PERFORM lifecycle._make_rejects();
  SELECT * INTO files FROM lifecycle._export_files(direct.query,
    lifecycle._rejects_statement(dataset, relation, mapping, condition),
    jsonb_build_object('columns', direct.checks,
      'time_column', (SELECT c.place FROM lifecycle._contract_columns(contract) c WHERE c.name = lifecycle._contract_property(contract, 'timeColumn') #>> '{}'),
      'directory', directory, 'first', sequence, 'suffix', substring(lifecycle._directory_file(dataset, 1, target.options) FROM '1(\..*)$'),
      'format', coalesce(target.options ->> 'format', 'ndjson'), 'compression', coalesce(target.options ->> 'compression', 'none'),
      'most_bytes', coalesce((target.options ->> 'batch_bytes')::bigint, (SELECT setting::bigint FROM pg_settings WHERE name = 'lifecycle_ledger.batch_bytes')))::text);
  -- The contract's checks are told twice, for speed and in SQL. Where the two should ever disagree, those in SQL are right.
  IF files.rejected <> files.told THEN
    PERFORM lifecycle._warn_of_checks(dataset, files.rejected, files.told);
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
COMMENT ON FUNCTION lifecycle._send_directly(bigint, text, text, regclass, jsonb, text, text, integer) IS
  'Internal: as _send_rows(), of one source to a directory or another server, without a table in between: rows are judged as they are read and go from the query into files or batches. memory: the position_id of a memory that is empty, to which is added what is sent; of a server alone. batches is null, and nothing was recorded, where that cannot be: another kind of destination, dead letters that might be resolved, types that the checks do not know, checks that disagree, a batch that another server refused for what one of its rows may be guilty of (refused).';
