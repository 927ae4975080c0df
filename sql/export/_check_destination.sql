CREATE FUNCTION lifecycle._check_destination(destination text, kind text, place text, options jsonb, datasets text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  kinds CONSTANT text[] := '{schema,server,directory}';
  known text[];
  wrong text;
  value jsonb;
BEGIN
  IF kind <> ALL (kinds) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s": there is no kind "%s"', destination, kind),
      DETAIL = 'Kinds are schema (a warehouse in this database), server (another PostgreSQL) and directory (files).',
      HINT = coalesce('Did you mean ' || lifecycle._nearest_name(kind, kinds) || '?', 'Name one of them.');
  END IF;
  known := CASE kind WHEN 'schema' THEN '{}' WHEN 'server' THEN '{warehouse,receiver,batch_bytes}' ELSE '{format,compression,batch_bytes}' END::text[];
  IF jsonb_typeof(options) <> 'object' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s": options are not a JSON object', destination), DETAIL = format('They are %s.', options),
      HINT = 'Such as {"format": "csv", "compression": "zstd"}.';
  END IF;
  SELECT o INTO wrong FROM jsonb_object_keys(options) o WHERE o <> ALL (known) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s": option "%s" is not known', destination, wrong),
      DETAIL = CASE WHEN known = '{}' THEN format('Kind %s has no options.', kind) ELSE format('Options of kind %s are %s.', kind, array_to_string(known, ', ')) END,
      HINT = coalesce('Did you mean ' || lifecycle._nearest_name(wrong, known) || '?', 'Leave it out.');
  END IF;
  FOR wrong, value IN SELECT o.key, o.value FROM jsonb_each(options) o LOOP
    IF (CASE wrong WHEN 'format' THEN value <> ALL (ARRAY['"ndjson"', '"csv"']::jsonb[]) WHEN 'compression' THEN value <> ALL (ARRAY['"none"', '"gzip"', '"zstd"']::jsonb[])
        WHEN 'batch_bytes' THEN jsonb_typeof(value) <> 'number' OR NOT (value #>> '{}' ~ '^[0-9]{1,10}$' AND (value #>> '{}')::bigint BETWEEN 1024 AND 1073741824)
        ELSE jsonb_typeof(value) <> 'string' END) THEN
      RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s": option "%s" is not %s', destination, wrong, value),
        DETAIL = CASE wrong WHEN 'format' THEN 'It is "ndjson" or "csv".' WHEN 'compression' THEN 'It is "none", "gzip" or "zstd".'
          WHEN 'batch_bytes' THEN 'It is a number of bytes between 1024 and 1073741824.' ELSE 'It is a text.' END,
        HINT = coalesce('Did you mean "' || lifecycle._nearest_name(value #>> '{}', CASE wrong WHEN 'format' THEN '{ndjson,csv}' WHEN 'compression' THEN '{none,gzip,zstd}' END::text[]) || '"?',
          'Leave it out for what is usual.');
    END IF;
  END LOOP;
  IF cardinality(datasets) = 0 OR array_position(datasets, NULL) IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('destination "%s": datasets names none, or a null', destination), HINT = 'Leave datasets out for all that have a source.';
  END IF;
  FOREACH wrong IN ARRAY coalesce(datasets, '{}') LOOP
    IF NOT EXISTS (SELECT FROM lifecycle.datasets d WHERE d.dataset = wrong) THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('destination "%s": there is no dataset "%s"', destination, wrong),
        DETAIL = format('There are: %s.', (SELECT string_agg(d.dataset, ', ' ORDER BY d.dataset) FROM lifecycle.datasets d)),
        HINT = coalesce('Did you mean ' || lifecycle._nearest_name(wrong, ARRAY(SELECT d.dataset FROM lifecycle.datasets d ORDER BY 1)) || '?', 'Name one of them.');
    ELSIF lifecycle._contract_property(lifecycle._dataset_contract(wrong), 'writeSemantics') #>> '{}' = 'replace' THEN
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('destination "%s": dataset "%s" is not delivered in batches', destination, wrong),
        DETAIL = 'It is replaced as a whole: exported in bulk.', HINT = 'Leave it out.';
    END IF;
  END LOOP;

  IF kind = 'schema' THEN
    IF NOT EXISTS (SELECT FROM lifecycle.warehouses w WHERE w.warehouse = place) THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('destination "%s": schema "%s" is no warehouse', destination, place),
        DETAIL = coalesce('Warehouses here: ' || (SELECT string_agg(w.warehouse, ', ' ORDER BY w.warehouse) FROM lifecycle.warehouses w) || '.', 'No warehouse is installed here.'),
        HINT = format('CALL lifecycle.install_warehouse(%L);', place);
    END IF;
    FOREACH wrong IN ARRAY coalesce(datasets, '{}') LOOP
      PERFORM lifecycle._warehouse_table(place, wrong);
    END LOOP;
  ELSIF kind = 'directory' THEN
    PERFORM lifecycle._check_directory(place);
    IF NOT pg_has_role(current_user, 'pg_read_server_files', 'USAGE') THEN
      RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('destination "%s": files are read back, which role "%s" may not', destination, current_user),
        DETAIL = 'It is not a member of pg_read_server_files.', HINT = format('GRANT pg_read_server_files TO %I;', current_user);
    END IF;
    PERFORM FROM lifecycle.destinations d WHERE d.kind = 'directory' AND d.destination <> _check_destination.destination
      AND (rtrim(d.place, '/') || '/' LIKE replace(replace(rtrim(_check_destination.place, '/'), '\', '\\'), '_', '\_') || '/%' OR rtrim(_check_destination.place, '/') = rtrim(d.place, '/'));
    IF FOUND THEN
      RAISE EXCEPTION USING ERRCODE = 'object_in_use', MESSAGE = format('destination "%s": "%s" belongs to another destination', destination, place),
        DETAIL = 'Both would write files of the same names.', HINT = 'Give it a directory of its own.';
    END IF;
  ELSE
    IF NOT EXISTS (SELECT FROM pg_foreign_server s WHERE s.srvname = place) THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('destination "%s": there is no foreign server "%s"', destination, place),
        DETAIL = coalesce('There are: ' || (SELECT string_agg(s.srvname, ', ' ORDER BY s.srvname) FROM pg_foreign_server s) || '.', 'There is none.'),
        HINT = format('CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host …, dbname …); and CREATE USER MAPPING for it.', place);
    END IF;
    IF to_regprocedure('lifecycle._check_server_destination(text, text, jsonb, text[])') IS NOT NULL THEN
      EXECUTE 'SELECT lifecycle._check_server_destination($1, $2, $3, $4)' USING destination, place, options, datasets;
    END IF;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._check_destination(text, text, text, jsonb, text[]) IS 'Internal: all that can be wrong with a destination, with the mend; errors as of register_destination().';
