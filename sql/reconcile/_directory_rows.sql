CREATE FUNCTION lifecycle._directory_rows(destination text, dataset text, without bigint[] DEFAULT '{}') RETURNS regclass
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target lifecycle.destinations;
  shape record;
  columns text;
  typed text;
  file record;
  loaded bigint;
  added boolean := false;
BEGIN
  SELECT * INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _directory_rows.destination;
  SELECT * INTO shape FROM lifecycle._parity_shape(contract);
  SELECT string_agg(format('%I %s', c.name, c.type), ', ' ORDER BY c.place) INTO typed FROM lifecycle._contract_columns(contract) c;
  IF to_regclass('pg_temp.reconcile_files') IS NULL THEN
    EXECUTE format('CREATE TEMP TABLE reconcile_files (%s, "file sequence" bigint)', typed);
  END IF;
  SELECT coalesce(max(f."file sequence"), 0) INTO loaded FROM pg_temp.reconcile_files f;
  FOR file IN
    SELECT b.sequence, target.place || '/' || b.file AS path FROM lifecycle.export_batches b
    WHERE b.destination = target.destination AND b.dataset = _directory_rows.dataset AND b.status = 'delivered' AND b.file IS NOT NULL AND b.created_at >= target.registered_at
      AND b.sequence > loaded AND b.sequence <> ALL (without) ORDER BY b.sequence
  LOOP
    -- As it was written, whatever is written now: another format, or fewer columns.
    IF file.path ~ '\.csv$' THEN
      EXECUTE format('ALTER TABLE pg_temp.reconcile_files ALTER "file sequence" SET DEFAULT %s', file.sequence);
      SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) INTO columns
        FROM (SELECT lifecycle._read_file(file.path) AS line LIMIT 1) h CROSS JOIN LATERAL string_to_table(replace(rtrim(h.line, E'\r'), '"', ''), ',') WITH ORDINALITY AS c(name, place);
      EXECUTE format('COPY pg_temp.reconcile_files (%s) FROM %L (FORMAT csv, HEADER)', columns, file.path);
    ELSE
      EXECUTE format('INSERT INTO pg_temp.reconcile_files SELECT r.*, %s FROM (%s) r', file.sequence, lifecycle._file_rows_query(contract, file.path));
    END IF;
    IF file.path ~ '\.csv(\.|$)' THEN
      -- As in files of the other format, which cannot tell them apart.
      EXECUTE coalesce((SELECT format('UPDATE pg_temp.reconcile_files SET %s WHERE %s', string_agg(format('%1$I = nullif(%1$I, ''null'')', c.name), ', '), string_agg(format('%I = ''null''', c.name), ' OR '))
        FROM lifecycle._contract_columns(contract) c WHERE c.type = 'jsonb' HAVING count(*) > 0), 'SELECT');
    END IF;
    added := true;
  END LOOP;
  IF added THEN
    -- Of each key the latest version counts; of one version, or where there are none, what was written last.
    EXECUTE format('DELETE FROM pg_temp.reconcile_files f USING (SELECT o.ctid AS place, row_number() OVER (PARTITION BY %s ORDER BY %s o."file sequence" DESC, o.ctid DESC) AS age FROM pg_temp.reconcile_files o) x '
      || 'WHERE x.age > 1 AND f.ctid = x.place', (SELECT string_agg(format('o.%I', name), ', ') FROM unnest(shape.key) name), coalesce('o.' || quote_ident(shape.version_column) || ' DESC,', ''));
    ANALYZE pg_temp.reconcile_files;
  END IF;
  RETURN 'pg_temp.reconcile_files'::regclass;
END
$$;
COMMENT ON FUNCTION lifecycle._directory_rows(text, text, bigint[]) IS
  'Internal: a temporary table of this session with what the files of a dataset in a directory say, a row a key, read as far as it was not read before; without: batches whose files are passed over. Whoever calls drops it at the end.';
