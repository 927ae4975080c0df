CREATE FUNCTION lifecycle._erase_at_directory(destination text, dataset text, erasure_id bigint, entities uuid[], salt bytea, addresses bytea[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target record;
  contract jsonb := lifecycle._dataset_contract(dataset);
  is_erased text := format('(%s)', lifecycle._erased_condition(contract, format('%%s = ANY (%L::uuid[])', entities), format('lifecycle._hashed_address(%%s, %L) = ANY (%L::bytea[])', salt, addresses),
    format('lifecycle._names_hashed(%%s, %L, %L, %L)', entities, salt, addresses)));
  changes text := (SELECT string_agg(format('a.%I IS DISTINCT FROM %s', p.name, p.redacted), ' OR ') FROM lifecycle._personal_columns(contract) p);
  item record;
  content text;
  redacted bigint := 0;
  rows bigint;
  new_file text;
  left_behind text[] := '{}';
  made record;
  found record;
BEGIN
  SELECT d.* INTO STRICT target FROM lifecycle.destinations d WHERE d.destination = _erase_at_directory.destination;
  PERFORM lifecycle._check_directory(target.place);
  FOR item IN SELECT b.sequence, b.file FROM lifecycle.export_batches b WHERE b.destination = target.destination AND b.dataset = _erase_at_directory.dataset AND b.status = 'delivered'
      AND b.file IS NOT NULL AND b.created_at >= target.registered_at ORDER BY b.sequence LOOP
    -- Whoever received the directory may have taken a file away.
    CONTINUE WHEN NOT lifecycle._file_exists(target.place || '/' || item.file);
    content := lifecycle._file_rows_query(contract, target.place || '/' || item.file);
    EXECUTE format('SELECT count(*) FROM (%s) a WHERE %s AND (%s)', content, is_erased, changes) INTO rows;
    CONTINUE WHEN rows = 0;
    -- Another name: until the manifest lists it, nothing that was delivered is touched.
    new_file := regexp_replace(lifecycle._directory_file(dataset, item.sequence, target.options), '^([^.]*/[0-9]+)', format('\1.e%s', erasure_id));
    SELECT * INTO made FROM lifecycle._write_file(format('SELECT %s FROM (%s) a CROSS JOIN LATERAL (SELECT %s AS is_erased OFFSET 0) e',
        (SELECT string_agg(CASE WHEN p.name IS NULL THEN format('a.%I', c.name) ELSE format('CASE WHEN e.is_erased THEN %s ELSE a.%I END AS %2$I', p.redacted, c.name) END, ', ' ORDER BY c.place)
          FROM lifecycle._contract_columns(contract) c LEFT JOIN lifecycle._personal_columns(contract) p USING (place)), content, is_erased),
      target.place || '/' || new_file, coalesce(target.options ->> 'format', 'ndjson'), coalesce(target.options ->> 'compression', 'none'));
    SELECT * INTO found FROM lifecycle._hash_file(target.place || '/' || new_file);
    IF (found.bytes, found.file_hash) IS DISTINCT FROM (made.bytes, made.file_hash) THEN
      RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('"%s" does not read back as it was written', target.place || '/' || new_file),
        HINT = 'Check the disk. The erasure is tried again.';
    END IF;
    UPDATE lifecycle.export_batches b SET file = new_file, bytes = made.bytes, checksum = made.checksum, file_hash = made.file_hash
      WHERE b.destination = target.destination AND b.dataset = _erase_at_directory.dataset AND b.sequence = item.sequence;
    left_behind := left_behind || item.file::text;
    redacted := redacted + rows;
  END LOOP;
  IF redacted > 0 THEN
    -- All at once: a list that is written anew for each of many files costs more than the files.
    UPDATE lifecycle.export_erasures e SET obsolete = e.obsolete || left_behind
      WHERE (e.destination, e.dataset, e.erasure_id) = (target.destination, _erase_at_directory.dataset, _erase_at_directory.erasure_id);
    -- So that it is written anew after the commit.
    DELETE FROM lifecycle.export_manifests m WHERE m.destination = target.destination AND m.dataset = _erase_at_directory.dataset;
  END IF;
  RETURN redacted;
END
$$;
COMMENT ON FUNCTION lifecycle._erase_at_directory(text, text, bigint, uuid[], bytea, bytea[]) IS
  'Internal: an erasure in the files of a directory: each that has rows of the person is written anew beside the old one, as SEQUENCE.eERASURE.ndjson or .csv; the old ones are noted in export_erasures.obsolete, for _remove_erased_files() after the commit. Arguments as of _erase_at_schema().';
