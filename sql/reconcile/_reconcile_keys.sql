CREATE FUNCTION lifecycle._reconcile_keys(run bigint, destination text, dataset text, keys text[], orgs text[], tombstones_left bigint,
  OUT differing bigint, OUT source_only bigint, OUT target_only bigint, OUT resent bigint, OUT overwritten bigint, OUT tombstones bigint, OUT held bigint,
  OUT remaining bigint, OUT target_only_left bigint, OUT bytes bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  shape record;
  columns text;
  chosen text;
  again bigint;
BEGIN
  SELECT * INTO shape FROM lifecycle._parity_shape(lifecycle._dataset_contract(dataset));
  columns := (SELECT string_agg(format('s.%I', name), ', ' ORDER BY place) FROM unnest(shape.all_columns) WITH ORDINALITY AS c(name, place));
  PERFORM lifecycle._judge_keys(destination, dataset, keys, orgs);
  SELECT count(*) FILTER (WHERE v.verdict IN ('stale', 'differs')), count(*) FILTER (WHERE v.verdict = 'source only'), count(*) FILTER (WHERE v.verdict = 'target only'),
      count(*) FILTER (WHERE v.verdict = 'held')
    INTO differing, source_only, target_only, held FROM pg_temp.reconcile_verdicts v;
  bytes := (SELECT coalesce(sum(octet_length(t::text)), 0) FROM pg_temp.reconcile_target t) + octet_length(keys::text || orgs::text);
  overwritten := 0;
  tombstones := 0;

  -- Of several rows under one key the latest version goes; of equals always the same one.
  chosen := format($sql$
    CREATE TEMP TABLE reconcile_rows ON COMMIT DROP AS
    SELECT DISTINCT ON (s."key text") %s FROM pg_temp.reconcile_source s JOIN pg_temp.reconcile_verdicts v ON v.key = s."key text"
    WHERE v.verdict = ANY ($1) AND (v.verdict = 'differs' OR v.key_taken = $2) ORDER BY s."key text"%s, s."row checksum"
    $sql$, columns, coalesce(', s.' || quote_ident(shape.version_column) || ' DESC', ''));
  EXECUTE chosen USING '{stale,source only}'::text[], false;
  GET DIAGNOSTICS resent = ROW_COUNT;
  IF shape.tombstone_column IS NOT NULL AND target_only > 0 AND target_only <= tombstones_left AND lifecycle._target_only_policy(destination, dataset) = 'mend' THEN
    EXECUTE format($sql$
      INSERT INTO pg_temp.reconcile_rows (%1$s) SELECT %2$s FROM pg_temp.reconcile_target t JOIN pg_temp.reconcile_verdicts v USING (key)
        CROSS JOIN LATERAL jsonb_populate_record(NULL::pg_temp.reconcile_rows, t.base || jsonb_build_object(%3$L, t.version + 1, %4$L, now(), %5$L, now())) x
      WHERE v.verdict = 'target only' AND t.version < 9223372036854775807 -- above which there is no version
      $sql$, (SELECT string_agg(quote_ident(name), ', ') FROM unnest(shape.required || shape.tombstone_column) name),
      (SELECT string_agg(format('x.%I', name), ', ') FROM unnest(shape.required || shape.tombstone_column) name), shape.version_column, shape.time_column, shape.tombstone_column);
    GET DIAGNOSTICS tombstones = ROW_COUNT;
  END IF;
  IF resent + tombstones > 0 THEN
    PERFORM lifecycle._send_rows(run, destination, dataset, 'SELECT r.*, NULL::text AS "reject code", NULL::text AS "reject sqlstate", NULL::text AS "json pointer", NULL::text AS "reject detail", '
      || 'NULL::text AS "reject key", NULL::jsonb AS "reject body", NULL::timestamptz AS "change time", NULL::regclass AS "source relation" FROM pg_temp.reconcile_rows r', 'reconcile');
  END IF;
  DROP TABLE pg_temp.reconcile_rows;
  IF shape.semantics = 'insert-if-absent' AND resent > 0 THEN
    -- A row of another tenant or version there may have the id of one that is to come. No source has it so: it was altered, and gives way.
    EXECUTE format($sql$
      UPDATE pg_temp.reconcile_verdicts v SET key_taken = true
      WHERE v.verdict = 'source only' AND EXISTS (SELECT FROM lifecycle.dead_letters d WHERE d.resolved_at IS NULL AND d.stage = 'apply' AND d.source = $1 AND d.key = v.letter_key AND d.code = 'key_reused')
        AND NOT EXISTS (SELECT FROM pg_temp.reconcile_source s JOIN %s o ON %s WHERE s."key text" = v.key AND ROW(%s) <> ROW(%s))
      $sql$, lifecycle._reconciled_rows(destination, dataset, NULL), (SELECT string_agg(format('o.%1$I = s.%1$I', name), ' AND ') FROM unnest((lifecycle._warehouse_shape(lifecycle._dataset_contract(dataset))).key) name),
      (SELECT string_agg(format('o.%I', name), ', ') FROM unnest(shape.key) name), (SELECT string_agg(format('s.%I', name), ', ') FROM unnest(shape.key) name)) USING dataset;
    GET DIAGNOSTICS again = ROW_COUNT;
    resent := resent - again;
  END IF;
  IF EXISTS (SELECT FROM pg_temp.reconcile_verdicts v WHERE v.verdict = 'differs' OR (v.verdict = 'source only' AND v.key_taken)) THEN
    EXECUTE chosen USING '{differs,source only}'::text[], true;
    resent := resent + lifecycle._send_replacing(run, destination, dataset, 'pg_temp.reconcile_rows',
      ARRAY(SELECT DISTINCT t.org FROM pg_temp.reconcile_target t JOIN pg_temp.reconcile_verdicts v USING (key) WHERE v.verdict IN ('differs', 'source only')));
    DROP TABLE pg_temp.reconcile_rows;
    overwritten := (SELECT count(*) FROM pg_temp.reconcile_verdicts v WHERE v.verdict = 'differs');
  END IF;

  -- Looked at once more: what was sent is there now.
  IF resent + tombstones > 0 THEN
    DELETE FROM pg_temp.reconcile_target;
    INSERT INTO pg_temp.reconcile_target SELECT t.* FROM (
        SELECT array_agg(w.key) AS keys, array_agg(w.org) AS orgs
        FROM (SELECT u.key, u.org FROM unnest(keys, orgs) u (key, org) JOIN pg_temp.reconcile_verdicts v USING (key) WHERE v.verdict IN ('stale', 'source only', 'differs', 'target only', 'tombstone')
          UNION SELECT v.key, v.org FROM pg_temp.reconcile_verdicts v WHERE v.verdict IN ('stale', 'source only', 'differs')) w) w
      CROSS JOIN LATERAL lifecycle._target_rows(destination, dataset, w.keys, w.orgs) t;
    bytes := bytes + (SELECT coalesce(sum(octet_length(t::text)), 0) FROM pg_temp.reconcile_target t);
  END IF;
  UPDATE pg_temp.reconcile_verdicts v SET remains = true
    WHERE (v.verdict IN ('stale', 'source only', 'differs')
        AND NOT EXISTS (SELECT FROM pg_temp.reconcile_target t JOIN pg_temp.reconcile_source s ON s."key text" = t.key AND s."row checksum" = t.checksum WHERE t.key = v.key))
      OR (v.verdict = 'target only' AND NOT EXISTS (SELECT FROM pg_temp.reconcile_target t WHERE t.key = v.key AND t.is_deleted));
  SELECT count(*) FILTER (WHERE v.verdict <> 'target only'), count(*) FILTER (WHERE v.verdict = 'target only') INTO remaining, target_only_left
    FROM pg_temp.reconcile_verdicts v WHERE v.remains;
  IF resent > 0 THEN
    -- What stood in the way of rows that were refused before is gone.
    UPDATE lifecycle.dead_letters d SET resolved_at = now() FROM pg_temp.reconcile_verdicts v
      WHERE (v.verdict = 'differs' OR v.key_taken) AND NOT v.remains AND d.resolved_at IS NULL AND d.stage = 'apply' AND d.source = dataset AND d.key = v.letter_key AND d.code IN ('content_differs', 'key_reused');
  END IF;
  IF shape.tombstone_column IS NOT NULL THEN
    INSERT INTO lifecycle.exported_tombstones AS e (destination, dataset, key, org, day, bucket, checksum)
      SELECT DISTINCT ON (t.key) _reconcile_keys.destination, _reconcile_keys.dataset, t.key, t.org, t.day, t.bucket, t.checksum
      FROM pg_temp.reconcile_target t JOIN pg_temp.reconcile_verdicts v USING (key) WHERE v.verdict IN ('tombstone', 'target only') AND t.is_deleted
    ON CONFLICT ON CONSTRAINT exported_tombstones_pkey DO UPDATE SET org = excluded.org, day = excluded.day, bucket = excluded.bucket, checksum = excluded.checksum
      WHERE (e.org, e.day, e.checksum) IS DISTINCT FROM (excluded.org, excluded.day, excluded.checksum);
    -- A source has it again, or the destination no longer has its tombstone.
    DELETE FROM lifecycle.exported_tombstones e USING pg_temp.reconcile_verdicts v
      WHERE e.destination = _reconcile_keys.destination AND e.dataset = _reconcile_keys.dataset AND e.key = v.key AND v.verdict NOT IN ('tombstone', 'target only', 'held');
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._reconcile_keys(bigint, text, text, text[], text[], bigint) IS
  'Internal: settles what narrowing has left: judges each key, sends again what the destination lacks or has otherwise, marks entities that no source has as deleted (all of them, or where they are more than tombstones_left none), and looks whether it is there. reconcile_verdicts stays for the caller to read.';
