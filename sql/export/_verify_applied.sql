CREATE FUNCTION lifecycle._verify_applied(dataset text, source regclass, warehouse name, dead bigint, since bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  target regclass := lifecycle._warehouse_table(warehouse, dataset);
  shape record;
  given name[] := lifecycle._batch_columns(target, source);
  key name[];
  same text := format('ROW(%s) IS NOT DISTINCT FROM ROW(%s)', (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(given) c), (SELECT string_agg(format('b.%I', c), ', ') FROM unnest(given) c));
  there text;
  at_hand regclass;
  rows_there text;
  key_match text;
  key_text text;
  missing bigint;
  suspicious bigint;
  example text;
  altered bigint;
  stored jsonb;
  altered_example text;
  altered_columns text;
BEGIN
  -- The server stores what it is given: without anything that could alter a row, what was counted as written is there.
  IF NOT lifecycle._lies_elsewhere(target) AND NOT lifecycle._may_alter_rows(target) THEN
    RETURN;
  END IF;
  SELECT * INTO shape FROM lifecycle._warehouse_shape(contract);
  CASE shape.semantics
    WHEN 'versioned-upsert' THEN
      key := shape.key;
      -- The version, or a higher one.
      there := format('t.%1$I >= b.%1$I', lifecycle._contract_property(contract, 'versionColumn') #>> '{}');
    WHEN 'insert-if-absent' THEN
      key := coalesce(nullif(ARRAY(SELECT jsonb_array_elements_text(shape.guards -> 0)), '{}'), shape.key::text[]);
      there := format('t.%I IS NOT NULL', shape.tenant);
    ELSE
      -- With what tells the partition.
      key := shape.tenant || shape.key || shape.time_column;
      there := same;
  END CASE;
  key_match := (SELECT string_agg(format('t.%1$I = b.%1$I', name), ' AND ' ORDER BY place) FROM unnest(key) WITH ORDINALITY k(name, place));
  key_text := (SELECT format('concat_ws(''/'', %s)', string_agg(format('b.%I', name), ', ' ORDER BY place)) FROM unnest(shape.key) WITH ORDINALITY AS k(name, place));
  -- Each row is looked up, whatever the planner thinks of their number, or a batch would cost a look at the whole table. Which command of this
  -- transaction wrote a row is known of rows on this node alone.
  at_hand := lifecycle._rows_at_hand(target, source, key);
  rows_there := CASE WHEN at_hand = target
    THEN format('LEFT JOIN LATERAL (SELECT t.*, lifecycle._written_since(t.xmin, t.cmin, $1) AS "just written" FROM %s t WHERE %s OFFSET 0) t ON true', target, key_match)
    ELSE format('LEFT JOIN (SELECT t.*, false AS "just written" FROM %s t) t ON %s', at_hand, key_match) END;
  -- Every row of the batch, or what may stand for it; and no row that was written just now is another than the batch's.
  EXECUTE format('SELECT count(*) FILTER (WHERE (%1$s) IS NOT TRUE), min(%2$s) FILTER (WHERE (%1$s) IS NOT TRUE), count(*) FILTER (WHERE t."just written" AND NOT (%3$s)) '
      || 'FROM %4$s b %5$s', there, key_text, same, source, rows_there)
    INTO missing, example, suspicious USING since;
  IF suspicious > 0 THEN
    -- Of several rows with one key any may be the one that is there. As sets, which no plan compares one by one.
    EXECUTE format($sql$
      SELECT count(*), (array_agg(to_jsonb(a.*)))[1]
      FROM (SELECT %1$s FROM (SELECT DISTINCT %2$s FROM %3$s b) b JOIN %4$s t ON %5$s WHERE lifecycle._written_since(t.xmin, t.cmin, $1)
        EXCEPT SELECT %6$s FROM %3$s b) a
      $sql$, (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(given) c), (SELECT string_agg(format('b.%I', name), ', ') FROM unnest(key) name), source, target, key_match,
      (SELECT string_agg(format('b.%I', c), ', ') FROM unnest(given) c))
      INTO altered, stored USING since;
  END IF;
  IF altered > 0 THEN
    EXECUTE format('SELECT min(%s), string_agg(DISTINCT n.key, '', '' ORDER BY n.key) FROM %s b CROSS JOIN LATERAL jsonb_each(to_jsonb(b.*)) n WHERE %s AND $1 -> n.key IS DISTINCT FROM n.value', key_text, source,
        (SELECT string_agg(format('to_jsonb(b.%1$I) = $1 -> %1$L', name), ' AND ') FROM unnest(key) name))
      INTO altered_example, altered_columns USING stored;
  END IF;
  IF altered > 0 OR missing <> dead THEN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted', MESSAGE = format('%s does not hold the rows that were written to it', target),
      DETAIL = concat_ws(' ', CASE WHEN missing <> dead THEN format('%s rows of the batch are not there as they were sent, of which %s were refused; one is %s.', missing, dead, example) END,
        CASE WHEN altered > 0 THEN format('%s rows were altered as they were written; one is %s, in %s.', altered, altered_example, altered_columns) END),
      HINT = 'Something alters or drops rows there: look for its triggers, rules and policies. Nothing of the batch was kept.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._verify_applied(text, regclass, name, bigint, bigint) IS
  'Internal: after _apply_rows(): looks for every row of the batch in the warehouse, of an append-only dataset column by column, of an upsert by its version or a higher one, and raises XX001 unless all but those refused are there, and what was written since a moment (of _command_number()) is as the batch has it, column by column. Where nothing could alter or drop a row (_may_alter_rows()), nothing is looked for.';
