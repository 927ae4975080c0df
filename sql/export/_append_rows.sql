CREATE FUNCTION lifecycle._append_rows(dataset text, source regclass, warehouse name, OUT rows_in bigint, OUT written bigint, OUT unchanged bigint, OUT dead bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  elsewhere boolean := lifecycle._lies_elsewhere(target);
  shape record;
  keys regclass;
  columns text;
  key_columns text;
  key_list text;
  taking text;
  bringing text;
  there regclass;
  key_index regclass;
  bulk record;
  moments timestamptz[];
  since bigint := lifecycle._command_number();
  contract jsonb := lifecycle._dataset_contract(dataset);
BEGIN
  SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
  keys := lifecycle._warehouse_table(warehouse, shape.key_table);
  IF lifecycle._lies_elsewhere(keys) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('the keys of dataset "%s" are not on this node alone: %s', dataset, keys),
      DETAIL = 'That a key was never used can only be told where all of them are.', HINT = 'Bring them back to one node; the dataset''s own table may be distributed (docs/SCALE.md has the calls).';
  END IF;
  columns := (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(lifecycle._batch_columns(target, source)) WITH ORDINALITY AS c(name, place));
  key_columns := (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = keys AND attnum > 0 AND NOT attisdropped);
  key_list := (SELECT string_agg(quote_ident(name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place));
  EXECUTE format('SELECT array_agg(h.hour ORDER BY h.hour) FROM (SELECT date_bin(''1 hour'', %1$I, ''0001-01-01 00:00+00'') AS hour FROM %2$s WHERE %1$I IS NOT NULL GROUP BY 1) h', shape.time_column, source)
    INTO moments;
  PERFORM lifecycle._ensure_partitions(target, coalesce(moments, '{}'));

  SELECT i.indexrelid INTO key_index FROM pg_index i WHERE i.indrelid = keys AND i.indisprimary;
  -- In bulk where that is possible, keys first: should another session take one of them meanwhile, row by row after all.
  SELECT p.queries, p.tables INTO bulk FROM lifecycle._bulk_append(source, target, keys, shape.time_column, moments) p WHERE NOT elsewhere;
  IF bulk.queries IS NOT NULL THEN
    BEGIN
      SELECT v.inserted, v.inserted + v.stale INTO written, rows_in FROM lifecycle._append_survivors(keys, source, key_index, bulk.queries, bulk.tables) v;
    EXCEPTION WHEN unique_violation THEN
      NULL;
    END;
  END IF;

  -- The key is taken first; whoever has it brings the row, in the same statement.
  taking := format('taken AS (INSERT INTO %s (%s) SELECT %2$s FROM survivors ON CONFLICT DO NOTHING RETURNING %s)', keys, key_columns, key_list);
  bringing := format('INSERT INTO %s (%s) SELECT %2$s FROM survivors s JOIN taken USING (%s) RETURNING true', target, columns, key_list);
  IF rows_in IS NULL AND NOT elsewhere THEN
    SELECT v.inserted, v.inserted + v.stale INTO written, rows_in FROM lifecycle._versioned_insert(keys, source, key_index, format('WITH %s %s', taking, bringing)) v;
  END IF;
  IF rows_in IS NULL THEN
    -- Counted by what is returned: a distributed planner counts what it sends, not what conflicts leave of it.
    EXECUTE format($sql$
      WITH batch AS MATERIALIZED (SELECT * FROM %2$s),
        survivors AS MATERIALIZED (SELECT s.* FROM (SELECT DISTINCT ON (%1$s) b.* FROM batch b ORDER BY %1$s, ROW(b.*) USING OPERATOR(pg_catalog.*>)) s), %3$s, brought AS (%4$s)
      SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM brought)
      $sql$, key_list, source, taking, bringing) INTO rows_in, written;
  END IF;
  dead := 0;
  IF written < rows_in THEN
    there := lifecycle._rows_at_hand(target, source, shape.tenant || shape.key || shape.time_column);
    -- A row that is there as it is now is a repeat. Any other took a key that belongs to another row; but for one that took its own, and is
    -- not there: something drops it, which is for _verify_applied() to say. Where the row there has nothing personal, as after an
    -- erasure, the letter has nothing of it either.
    dead := lifecycle._bury_rows(dataset, format($sql$
      SELECT concat_ws('/', %1$s) AS key, CASE WHEN t.%2$I IS NOT NULL AND %13$s THEN to_jsonb(b.*) - %14$L::text[] ELSE to_jsonb(b.*) END AS body,
        CASE WHEN k.%2$I IS NULL THEN 'guard_violated' WHEN t.%2$I IS NULL THEN 'key_reused' ELSE 'content_differs' END AS code,
        CASE WHEN k.%2$I IS NULL THEN %3$L WHEN t.%2$I IS NULL THEN format(%4$L, to_jsonb(k.*)) ELSE %5$L END AS detail
      FROM %6$s b
        LEFT JOIN %7$s k ON %8$s
        LEFT JOIN %9$s t ON %10$s
        LEFT JOIN LATERAL (SELECT t.*) a ON true
      WHERE (%11$s) IS DISTINCT FROM (%12$s) AND NOT coalesce(t.%2$I IS NULL AND lifecycle._written_since(k.xmin, k.cmin, %15$L) AND %16$s, false)
      $sql$,
      (SELECT string_agg(format('b.%I', name), ', ' ORDER BY place) FROM unnest(shape.key) WITH ORDINALITY AS x(name, place)), shape.tenant,
      format('Another row has the same %s.', (SELECT string_agg((SELECT string_agg(name, ', ' ORDER BY place) FROM jsonb_array_elements_text(g) WITH ORDINALITY AS x(name, place)), '; or ')
        FROM jsonb_array_elements(shape.guards) g)),
      format('The key was taken by a row of another %s or %s: %%s.', shape.tenant, shape.time_column), 'A row with this key is there, with other content.',
      source, keys, (SELECT string_agg(format('k.%1$I = b.%1$I', name), ' AND ') FROM unnest(shape.key) name),
      -- Both at once: by the key table's row to the one partition, and only if the batch means that row.
      there, (SELECT string_agg(format('t.%1$I = k.%1$I AND k.%1$I = b.%1$I', name), ' AND ') FROM unnest(shape.tenant || shape.key || shape.time_column) name),
      (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(lifecycle._batch_columns(target, source)) c),
      (SELECT string_agg(format('b.%I', c), ', ') FROM unnest(lifecycle._batch_columns(target, source)) c),
      coalesce((SELECT string_agg(format('a.%I IS NOT DISTINCT FROM %s', p.name, p.redacted), ' AND ') FROM lifecycle._personal_columns(contract) p), 'false'),
      ARRAY(SELECT p.name::text FROM lifecycle._personal_columns(contract) p), since,
      (SELECT string_agg(format('k.%1$I = b.%1$I', name), ' AND ') FROM unnest(ARRAY[shape.tenant, shape.time_column]) name)));
  END IF;
  unchanged := rows_in - written - dead;
END
$$;
COMMENT ON FUNCTION lifecycle._append_rows(text, regclass, name) IS
  'Internal: brings a batch into the table of an append-only dataset: each row whose key is not there yet. The same row again changes nothing and writes no WAL; another row under a key that is taken, or against a uniqueness guard, becomes a dead letter. Partitions are made as they are needed. rows_in = written + unchanged + dead.';
