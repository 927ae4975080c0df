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
  placed bigint := 0;
  had_again bigint;
  kept text[] := '{}';
  gone bigint := 0;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _mend_files.destination;
  PERFORM lifecycle._check_directory(target.place);
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  SELECT * INTO found FROM lifecycle._damaged_files(destination, dataset);
  bad := ARRAY(SELECT unnest(found.damaged || found.missing) ORDER BY 1);
  IF cardinality(bad) > 0 THEN
    PERFORM lifecycle._lock_delivery(destination, dataset);
    -- Looked at once more: an erasure writes files anew, too.
    SELECT * INTO found FROM lifecycle._damaged_files(destination, dataset);
    bad := ARRAY(SELECT unnest(found.damaged || found.missing) ORDER BY 1);
  END IF;
  IF cardinality(bad) > 0 THEN
    columns := (SELECT string_agg(format('s.%I', name), ', ' ORDER BY place) FROM unnest(shape.all_columns) WITH ORDINALITY AS c(name, place));
    -- What the whole files do not have goes into the others, by time, to each as many rows as it had.
    PERFORM lifecycle._directory_rows(destination, dataset, bad);
    EXECUTE format('CREATE TEMP TABLE reconcile_lost ON COMMIT DROP AS SELECT %s, row_number() OVER (ORDER BY s.%I, %s) AS "lost number" FROM %s s '
        || 'WHERE NOT EXISTS (SELECT FROM pg_temp.reconcile_files f WHERE ROW(%s) IS NOT DISTINCT FROM ROW(%s) AND %s)', columns, shape.time_column,
      (SELECT string_agg(format('s.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place)), lifecycle._reconciled_rows(destination, dataset, NULL),
      (SELECT string_agg(format('f.%I', name), ', ') FROM unnest(shape.compared) name), (SELECT string_agg(format('s.%I', name), ', ') FROM unnest(shape.compared) name),
      (SELECT string_agg(format('f.%1$I = s.%1$I', name), ' AND ') FROM unnest(shape.key) name));
    FOR batch IN SELECT b.* FROM lifecycle.export_batches b WHERE b.destination = target.destination AND b.dataset = _mend_files.dataset AND b.sequence = ANY (bad) ORDER BY b.sequence LOOP
      EXECUTE format('CREATE TEMP TABLE reconcile_rows ON COMMIT DROP AS SELECT %s FROM pg_temp.reconcile_lost s WHERE %s', columns,
        CASE WHEN batch.sequence = bad[cardinality(bad)] THEN format('s."lost number" > %s', placed)
          ELSE format('s."lost number" > %s AND s."lost number" <= %s', placed, placed + batch.rows_in) END);
      placed := placed + batch.rows_in;
      -- Whole files may have its rows, too. Where the sources have fewer of its times than it had, some are nowhere else; what can still be
      -- read out of a damaged file is left where it is.
      EXECUTE format('SELECT count(*) FROM %s s WHERE s.%I BETWEEN %L::timestamptz AND %L::timestamptz', lifecycle._reconciled_rows(destination, dataset, NULL), shape.time_column, batch.earliest, batch.latest)
        INTO had_again;
      gone := gone + greatest(batch.rows_in - had_again, 0);
      IF had_again < batch.rows_in AND batch.sequence = ANY (found.damaged) THEN
        kept := kept || batch.file;
      END IF;
      SELECT * INTO sent FROM lifecycle._deliver_directory(destination, dataset, batch.batch_id, batch.sequence, 'pg_temp.reconcile_rows', beside => CASE WHEN batch.file = ANY (kept) THEN 'r' || run END);
      EXECUTE format('SELECT min(r.%1$I)::timestamptz AS earliest, max(r.%1$I)::timestamptz AS latest FROM pg_temp.reconcile_rows r', shape.time_column) INTO times;
      UPDATE lifecycle.export_batches b SET reason = 'reconcile', contract_version = contract ->> 'version', rows_in = sent.rows_in, written = sent.written, unchanged = 0, dead = 0, bytes = sent.bytes,
          checksum = sent.checksum, file = sent.file, file_hash = sent.file_hash, earliest = times.earliest, latest = times.latest, attempts = b.attempts + 1, run_id = run, delivered_at = clock_timestamp()
        WHERE b.batch_id = batch.batch_id;
      written := written + sent.rows_in;
      DROP TABLE pg_temp.reconcile_rows;
    END LOOP;
    DROP TABLE pg_temp.reconcile_files, pg_temp.reconcile_lost;
    DELETE FROM lifecycle.export_manifests m WHERE m.destination = target.destination AND m.dataset = _mend_files.dataset;
    PERFORM lifecycle._count_rows(run, written, written, 0, 0, 0, 0, 0);
    RAISE WARNING 'reconcile: dataset "%" in directory "%": % files were damaged and % were missing; they were written anew%', dataset, target.place, cardinality(found.damaged), cardinality(found.missing),
      CASE WHEN gone > 0 THEN format(', with %s rows fewer, which no source has as they were%s', gone, '; damaged files that had them were kept: ' || nullif(array_to_string(kept[1:20], ', '), '')) ELSE '' END;
    -- Of entities these are versions that others have passed. A row of the others may be the only one there was.
    IF gone > 0 AND shape.semantics <> 'versioned-upsert' THEN
      PERFORM lifecycle._raise_alert('files', dataset || '@' || destination, 'error', format('%s rows of dataset "%s" that damaged or missing files in directory "%s" had are at no source', gone, dataset, target.place),
        format('Batches %s were written anew with what the sources have.', array_to_string(bad[1:20], ', '))
          || coalesce(' Damaged files were left beside them: ' || nullif(array_to_string(kept[1:20], ', '), '') || '.', ''),
        format('Restore the files from a backup, or do without; then UPDATE lifecycle.alerts SET resolved_at = now() WHERE kind = ''files'' AND subject = %L;', dataset || '@' || destination));
    END IF;
  END IF;
  INSERT INTO lifecycle.reconciliations (run_id, check_name, dataset, destination, window_start, window_end, source_rows, target_rows, differing, source_only, resent, verdict, detail)
    VALUES (run, 'files', _mend_files.dataset, target.destination, day, day, found.files, found.files - cardinality(found.missing), cardinality(found.damaged), cardinality(found.missing), written,
      CASE WHEN cardinality(bad) > 0 THEN 'mended' ELSE 'ok' END, CASE WHEN cardinality(bad) > 0 THEN format('batches %s were written anew', array_to_string(bad[1:20], ', '))
        || CASE WHEN gone > 0 THEN format(', with %s rows fewer, which no source has as they were%s', gone, coalesce('; kept: ' || nullif(array_to_string(kept[1:20], ', '), ''), '')) ELSE '' END END);
  RETURN cardinality(bad) > 0;
END
$$;
COMMENT ON FUNCTION lifecycle._mend_files(bigint, text, text, date) IS
  'Internal: holds the files of a dataset in a directory against export_batches, writes those that are damaged or missing anew with the rows that no whole file has, and records it; whether there were any. A damaged file that had more rows than can be had again stays, and the new one lies beside it. The manifest is the caller''s, after the commit.';
