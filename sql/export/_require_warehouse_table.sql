CREATE FUNCTION lifecycle._require_warehouse_table(dataset text, warehouse name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  problems text;
  mends text;
BEGIN
  -- As when it was last found sound: the common case, many times faster to see.
  -- A statement of its own, which is not even begun by who may not read there.
  IF has_table_privilege('lifecycle.warehouse_tables', 'SELECT') THEN
    PERFORM FROM lifecycle.warehouse_tables t
      WHERE (t.warehouse, t.dataset) = (_require_warehouse_table.warehouse, _require_warehouse_table.dataset) AND t.relation = to_regclass(format('%I.%I', t.warehouse, t.dataset))
        AND t.digest = lifecycle._table_digest(lifecycle._dataset_contract(t.dataset), t.relation, t.key_relation);
    IF FOUND THEN
      RETURN;
    END IF;
  END IF;
  SELECT string_agg(p.problem, '; '), string_agg(DISTINCT p.mend, ' ') INTO problems, mends FROM lifecycle._warehouse_problems(dataset, warehouse) p WHERE NOT p.stricter;
  IF problems IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('table %I.%I is not as the contract of its dataset says', warehouse, dataset), DETAIL = upper(left(problems, 1)) || substr(problems, 2) || '.', HINT = mends;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_warehouse_table(text, name) IS
  'Internal: raises 55000, naming each column and the mend, where the table of a dataset in a warehouse was altered so that batches do not fit it any more. Rows that constraints of their own refuse are another matter: dead letters. Errors: 42704 unknown dataset, 42P01 no such table.';
