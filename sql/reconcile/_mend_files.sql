CREATE FUNCTION lifecycle._mend_files(run bigint, destination text, dataset text, day date) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target lifecycle.destinations;
  shape record;
  found record;
  batch record;
  columns text;
  sent record;
  times record;
  written bigint := 0;
  bad bigint[];
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _mend_files.destination;
  PERFORM lifecycle._check_directory(target.place);
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  SELECT * INTO found FROM lifecycle._damaged_files(destination, dataset, day);
  bad := ARRAY(SELECT unnest(found.damaged || found.missing) ORDER BY 1);
  IF cardinality(bad) > 0 THEN
    PERFORM lifecycle._lock_delivery(destination, dataset);
    columns := (SELECT string_agg(format('s.%I', name), ', ' ORDER BY place) FROM unnest(shape.all_columns) WITH ORDINALITY AS c(name, place));
    IF lifecycle._reads_rows_of(target.kind, target.options) THEN
      PERFORM lifecycle._directory_rows(destination, dataset, bad);
    END IF;
    -- What the whole files do not have goes into the first of the others, the rest stay empty; or, where files cannot be read row by
    -- row, each has again what falls into its times.
    FOR batch IN SELECT b.* FROM lifecycle.export_batches b WHERE b.destination = target.destination AND b.dataset = _mend_files.dataset AND b.sequence = ANY (bad) ORDER BY b.sequence LOOP
      EXECUTE format('CREATE TEMP TABLE reconcile_rows ON COMMIT DROP AS SELECT %s FROM %s s WHERE %s', columns, lifecycle._reconciled_rows(destination, dataset, NULL),
        CASE WHEN to_regclass('pg_temp.reconcile_files') IS NULL THEN format('s.%I BETWEEN %L::timestamptz AND %L::timestamptz', shape.time_column, batch.earliest, batch.latest)
          WHEN batch.sequence > bad[1] THEN 'false'
          ELSE format('NOT EXISTS (SELECT FROM pg_temp.reconcile_files f WHERE ROW(%s) IS NOT DISTINCT FROM ROW(%s) AND %s)', (SELECT string_agg(format('f.%I', name), ', ') FROM unnest(shape.compared) name),
            (SELECT string_agg(format('s.%I', name), ', ') FROM unnest(shape.compared) name), (SELECT string_agg(format('f.%1$I = s.%1$I', name), ' AND ') FROM unnest(shape.key) name)) END);
      SELECT * INTO sent FROM lifecycle._deliver_directory(destination, dataset, batch.batch_id, batch.sequence, 'pg_temp.reconcile_rows');
      EXECUTE format('SELECT min(r.%1$I)::timestamptz AS earliest, max(r.%1$I)::timestamptz AS latest FROM pg_temp.reconcile_rows r', shape.time_column) INTO times;
      UPDATE lifecycle.export_batches b SET reason = 'reconcile', contract_version = contract ->> 'version', rows_in = sent.rows_in, written = sent.written, unchanged = 0, dead = 0, bytes = sent.bytes,
          checksum = sent.checksum, file = sent.file, file_hash = sent.file_hash, earliest = times.earliest, latest = times.latest, attempts = b.attempts + 1, run_id = run, delivered_at = clock_timestamp()
        WHERE b.batch_id = batch.batch_id;
      written := written + sent.rows_in;
      DROP TABLE pg_temp.reconcile_rows;
    END LOOP;
    IF to_regclass('pg_temp.reconcile_files') IS NOT NULL THEN
      DROP TABLE pg_temp.reconcile_files;
    END IF;
    DELETE FROM lifecycle.export_manifests m WHERE m.destination = target.destination AND m.dataset = _mend_files.dataset;
    PERFORM lifecycle._count_rows(run, written, written, 0, 0, 0, 0, 0);
    RAISE WARNING 'reconcile: dataset "%" in directory "%": % files were damaged and % were missing; they were written anew', dataset, target.place, cardinality(found.damaged), cardinality(found.missing);
  END IF;
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, window_start, window_end, source_rows, target_rows, differing, source_only, resent, verdict, detail)
    VALUES (run, 'files', _mend_files.dataset, target.destination, day, day, found.files, found.files - cardinality(found.missing), cardinality(found.damaged), cardinality(found.missing), written,
      CASE WHEN cardinality(bad) > 0 THEN 'mended' ELSE 'ok' END, CASE WHEN cardinality(bad) > 0 THEN format('batches %s were written anew', array_to_string(bad[1:20], ', ')) END);
  RETURN cardinality(bad) > 0;
END
$$;
COMMENT ON FUNCTION lifecycle._mend_files(bigint, text, text, date) IS
  'Internal: holds the files of a dataset in a directory against export_batches, writes those that are damaged or missing anew under their names, and records it; whether there were any. The manifest is the caller''s, after the commit.';
