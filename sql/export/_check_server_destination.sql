CREATE FUNCTION lifecycle._check_server_destination(destination text, place text, options jsonb, datasets text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  warehouse text := coalesce(options ->> 'warehouse', 'lifecycle');
  receiver text := lifecycle._receiver_name(options);
  there text[];
  dataset record;
  calls text;
BEGIN
  -- By the catalogs, which need no right to anything.
  SELECT r INTO there FROM lifecycle._on_server(place::name, $sql$
    SELECT (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'lifecycle_ledger'),
      (SELECT true::text FROM pg_class c WHERE (c.relnamespace, c.relname) = (to_regnamespace('lifecycle'), 'schema_version')),
      (SELECT true::text FROM pg_class c WHERE (c.relnamespace, c.relname) = (to_regnamespace('lifecycle'), 'received_batches')),
      (SELECT count(*)::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE (n.nspname, p.proname) = ((parse_ident($1))[1], (parse_ident($1))[2])
        AND '{dataset,batch_id,ndjson,contract_version,checksum,warehouse,columns}' <@ p.proargnames AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')),
      (SELECT count(*)::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE (n.nspname, p.proname) = ((parse_ident($1))[1], 'receive_erasure')
        AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE') AND (p.prosecdef
          OR (SELECT has_table_privilege(c.oid, 'UPDATE') FROM pg_class c WHERE (c.relnamespace, c.relname) = (to_regnamespace('lifecycle'), 'overwritten_rows')))),
      current_user::text
    $sql$, receiver) AS r;
  calls := CASE
    WHEN there[1] IS NULL THEN 'CREATE EXTENSION lifecycle_ledger CASCADE; CALL lifecycle.install(); CALL lifecycle.install_warehouse();'
    WHEN there[2] IS NULL THEN 'CALL lifecycle.install(); CALL lifecycle.install_warehouse();'
    WHEN there[3] IS NULL THEN 'ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); CALL lifecycle.install_warehouse();'
    WHEN there[4] = '0' AND receiver = 'lifecycle.receive_batch' THEN format('ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); where that is done: SELECT lifecycle.grant_warehouse(%L, ''receiver'');', there[6])
  END;
  IF calls IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('server "%s" cannot take batches', place),
      DETAIL = CASE WHEN there[1] IS NULL THEN 'The extension lifecycle_ledger is not installed in its database.'
        WHEN there[2] IS NULL THEN 'lifecycle_ledger is there, its tables are not.'
        ELSE format('lifecycle_ledger there is of version %s, which cannot%s.', there[1], CASE WHEN there[4] = '0' THEN format(', or role "%s" may not use it', there[6]) ELSE '' END) END,
      HINT = format('There: %s', calls);
  ELSIF there[4] = '0' THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_function', MESSAGE = format('server "%s" has no function %s that takes batches', place, receiver),
      DETAIL = format('Or role "%s" may not execute it there. It must have the parameters of lifecycle.receive_batch().', there[6]),
      HINT = 'See "Another server" in docs/EXPORT.md, or leave the option receiver out.';
  END IF;

  IF there[5] = '0' AND EXISTS (SELECT FROM lifecycle.datasets d WHERE d.dataset = ANY (coalesce(datasets, ARRAY[d.dataset])) AND EXISTS (SELECT FROM lifecycle._personal_columns(d.contract))) THEN
    RAISE WARNING USING MESSAGE = format('server "%s" takes batches from here, but no erasures', place),
      DETAIL = format('Role "%s" has no function %s.receive_erasure() there that it may execute, or not the owner''s rights that it needs. Who is erased here would stay there.', there[6], quote_ident((parse_ident(receiver))[1])),
      HINT = 'See "Another server" in docs/EXPORT.md.';
  END IF;

  FOR dataset IN
    SELECT d.name, c.contract, r[1] AS version, r[2] IS NOT NULL AS has_table, r[3]::text[] AS columns
    FROM unnest(coalesce(datasets, ARRAY(SELECT DISTINCT s.dataset FROM lifecycle.dataset_sources s
        WHERE lifecycle._contract_property(lifecycle._dataset_contract(s.dataset), 'writeSemantics') #>> '{}' <> 'replace'))) AS d(name) CROSS JOIN LATERAL (SELECT lifecycle._dataset_contract(d.name) AS contract) c
      LEFT JOIN lifecycle._on_server(place::name,
        'SELECT c.relname, c.relname, (SELECT array_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text FROM pg_class c '
        || 'JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1', warehouse) AS r ON r[1] = d.name
    ORDER BY d.name
  LOOP
    IF NOT dataset.has_table THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('server "%s" has no table for dataset "%s" in schema "%s"', place, dataset.name, warehouse),
        HINT = format('There: CALL lifecycle.install_warehouse(%L); The option warehouse of the destination names the schema.', warehouse);
    END IF;
    calls := (SELECT string_agg(c.name, ', ' ORDER BY c.place) FROM lifecycle._contract_columns(dataset.contract) c WHERE c.name <> ALL (dataset.columns));
    IF calls IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_column', MESSAGE = format('the table of dataset "%s" on server "%s" lacks columns of the contract', dataset.name, place),
        DETAIL = format('Missing there: %s.', calls),
        HINT = format('There: ALTER EXTENSION lifecycle_ledger UPDATE; CALL lifecycle.install(); CALL lifecycle.install_warehouse(%L);', warehouse);
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._check_server_destination(text, text, jsonb, text[]) IS
  'Internal: whether a server can take batches of the datasets: it can be reached, has the extension in a release that takes them, the tables of the datasets, and all columns of the contracts. Raises what is amiss with what to call there: 55000, 42883, 42P01, 42703, and the errors of _on_server().';
