CREATE FUNCTION lifecycle.receive_batch(dataset text, batch_id uuid, ndjson text, contract_version text DEFAULT NULL, INOUT checksum text DEFAULT NULL,
  warehouse name DEFAULT 'lifecycle', columns text[] DEFAULT NULL,
  OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint, OUT snapshots bigint, OUT repeated boolean, OUT refusals jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb;
  version text;
  content_hash text;
  known record;
  stage regclass;
  parsed record;
  applied record;
  since bigint;
BEGIN
  IF dataset IS NULL OR batch_id IS NULL OR ndjson IS NULL OR warehouse IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'receive_batch() needs a dataset, a batch_id, lines and a warehouse, not null',
      HINT = 'SELECT * FROM lifecycle.receive_batch(''dx_operation_runs_v1'', gen_random_uuid(), ''{"run_id": …}'');';
  END IF;
  PERFORM lifecycle._check_schema();
  contract := lifecycle._dataset_contract(dataset);
  PERFORM lifecycle._check_contract_version(dataset, contract ->> 'version', contract_version);
  PERFORM lifecycle._require_warehouse(warehouse);
  PERFORM lifecycle._warehouse_table(warehouse, dataset);
  PERFORM lifecycle._lock_receipt(d.name, warehouse, false) FROM unnest(ARRAY[dataset, lifecycle._contract_property(contract, 'snapshots') #>> '{}']) WITH ORDINALITY d(name, place)
    WHERE d.name IS NOT NULL ORDER BY d.place;

  -- The same batch twice at once: the second waits, and finds what the first did.
  content_hash := lifecycle._content_hash(ndjson);
  PERFORM lifecycle._lock_writing('lifecycle.received_batches', batch_id::text);
  SELECT b.* INTO known FROM lifecycle.received_batches b WHERE b.batch_id = receive_batch.batch_id;
  IF FOUND THEN
    IF (known.dataset, known.warehouse, known.content_hash) IS DISTINCT FROM (dataset, warehouse, content_hash) THEN
      RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = format('batch %s was received with other content', batch_id),
        DETAIL = format('Then: dataset %s in schema %s, content %s. Now: dataset %s in schema %s, content %s.', known.dataset, known.warehouse, known.content_hash,
          dataset, warehouse, content_hash),
        HINT = 'Send other content under another batch_id.';
    END IF;
    checksum := known.checksum;
    rows_in := known.rows_in;
    written := known.written;
    unchanged := known.unchanged;
    dead := known.dead;
    snapshots := known.snapshots;
    refusals := known.refusals;
    repeated := true;
    RETURN;
  END IF;

  stage := lifecycle._batch_stage(contract);
  SELECT * INTO parsed FROM lifecycle._receive_rows(ndjson, contract, columns, stage);
  -- Lines that have no values have no checksum: of a batch with some only the number of rows can be compared.
  IF (parsed.unreadable = 0 AND checksum <> parsed.checksum) OR split_part(checksum, ':', 1) <> parsed.rows_in::text THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('batch %s of dataset "%s" is not what was sent', batch_id, dataset),
      DETAIL = format('Its sender says %s; here it reads as %s, %s lines in all.', checksum, parsed.checksum, parsed.rows_in),
      HINT = 'Nothing was applied. Send it again; if that does not help, compare the contracts and releases of both sides.';
  END IF;
  IF parsed.refused > 0 THEN
    PERFORM lifecycle._bury_lines(dataset, contract ->> 'version', parsed.refusals);
  END IF;
  since := lifecycle._command_number();
  SELECT * INTO applied FROM lifecycle._apply_rows(dataset, stage, warehouse);
  PERFORM lifecycle._verify_applied(dataset, stage, warehouse, applied.dead, since);
  checksum := parsed.checksum;
  rows_in := parsed.rows_in;
  written := applied.written;
  unchanged := applied.unchanged;
  dead := applied.dead + parsed.refused;
  snapshots := applied.snapshots;
  repeated := false;
  refusals := parsed.refusals;
  IF applied.dead > 0 THEN
    refusals := coalesce(refusals, '[]') || (SELECT coalesce(jsonb_agg(jsonb_build_object('key', l.key, 'sqlstate', l.sqlstate, 'code', l.code, 'json_pointer', l.json_pointer,
        'detail', l.detail, 'body', l.body) ORDER BY l.id), '[]')
      FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'apply' AND l.source = dataset AND l.last_seen = now()
        AND NOT EXISTS (SELECT FROM jsonb_array_elements(parsed.refusals) p WHERE p ->> 'body' = l.body));
  END IF;
  INSERT INTO lifecycle.received_batches (batch_id, dataset, warehouse, contract_version, content_hash, rows_in, written, unchanged, dead, snapshots, checksum, refusals)
    VALUES (batch_id, dataset, warehouse, contract_version, content_hash, rows_in, written, unchanged, dead, snapshots, checksum, refusals);
  -- For each that comes, more than one can go: whatever else is scheduled here, they do not pile up.
  PERFORM lifecycle._forget_batches(20);
END
$$;
COMMENT ON FUNCTION lifecycle.receive_batch(text, uuid, text, text, text, name, text[]) IS
'The receiving end of a delivery: applies a batch of rows, as lines of NDJSON, to a dataset''s table in a warehouse here (install_warehouse()) by the dataset''s write semantics, in one transaction. Fields are the contract''s columns in any order; one that is left out is null, and a null in a column of type jsonb is the JSON null.
Idempotent: a batch_id that was received before is answered from memory (repeated), and with other content it is an error. A line that is no JSON, has a field that the contract has not, lacks a required one, or has a value of a wrong type or that the contract does not allow becomes a dead letter of stage apply, as do rows that their table refuses; the others are applied. contract_version: of the contract the sender keeps. checksum: what the sender has for parity_checksum(parity_text(row)) of the rows, over columns in their order (null: all); the rows as they were read here must have the same. Where lines could not be read at all, the numbers of rows are compared.
What was applied is held against what was read, before it is committed: a trigger, rule or policy there that drops rows or alters them is an error.
rows_in = written + unchanged + dead; snapshots: versions of entities kept beside; checksum: of the rows as they were read; refusals: an object for each dead row, null where there is none. Sessions with overlapping batches wait for each other, neither deadlock nor lose.
Errors, with nothing applied: 55000 before install() and for a contract here that is too old for the batch, 42704 unknown dataset, 42P01 no warehouse, 42703 columns that the contract has not, 23505 the batch_id with other content, XX001 the checksum differs or the table does not hold what was applied, 08006 its sender is gone, 42501 without the owner''s rights on the tables (docs/EXPORT.md has a narrower door), and what the tables raise.';
