CREATE FUNCTION lifecycle._retry_export(run bigint, source text, code text, INOUT after_id bigint, INOUT lines bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  taken_up bigint := 0;
  letters record;
  contract jsonb;
  query text;
  target record;
  held bigint := 0;
  tried bigint := 0;
  written bigint := 0;
  gone bigint := 0;
  resolved bigint;
  missing bigint;
  last_id bigint;
BEGIN
  -- With the first step: batches that were given up, or wait for their next attempt, are due at once.
  IF after_id = -9223372036854775808 AND code IS NULL THEN
    UPDATE lifecycle.export_batches b SET status = 'failed', attempts = 0, next_attempt_at = NULL
      WHERE b.status <> 'delivered' AND b.dataset = coalesce(_retry_export.source, b.dataset);
    GET DIAGNOSTICS taken_up = ROW_COUNT;
    IF taken_up > 0 THEN
      RAISE NOTICE 'retry_dead_letters: % batches go out with the next export: CALL lifecycle.export();', taken_up;
    END IF;
  END IF;
  lines := coalesce(lines, 1000);
  FOR letters IN
    SELECT o.source AS dataset, array_agg(o.id ORDER BY o.id) AS ids, max(o.id) AS last
    -- What leaves in bulk is tried again by its next export: export_history().
    FROM (SELECT d.id, d.source FROM lifecycle.dead_letters d WHERE d.stage = 'export' AND d.resolved_at IS NULL AND d.id > after_id
        AND lifecycle._contract_property((SELECT c.contract FROM lifecycle.datasets c WHERE c.dataset = d.source), 'writeSemantics') #>> '{}' IS DISTINCT FROM 'replace'
        AND (_retry_export.source IS NULL OR d.source = _retry_export.source) AND (_retry_export.code IS NULL OR d.code = _retry_export.code)
      ORDER BY d.id LIMIT lines) o
    GROUP BY o.source ORDER BY o.source
  LOOP
    last_id := greatest(last_id, letters.last);
    tried := tried + cardinality(letters.ids);
    SELECT string_agg(lifecycle._dataset_source_query(s.dataset, s.relation, s.mapping, lifecycle._letters_condition(s.relation, s.mapping, d.contract, letters.ids)), ' UNION ALL ' ORDER BY s.relation::text),
        (array_agg(d.contract))[1]
      INTO query, contract
      FROM lifecycle.dataset_sources s JOIN lifecycle.datasets d USING (dataset) WHERE s.dataset = letters.dataset AND EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relation);
    -- Every cut has passed these rows: who cannot get them now would never.
    IF query IS NULL OR NOT EXISTS (SELECT FROM lifecycle._export_datasets() e WHERE e.dataset = letters.dataset)
      OR EXISTS (SELECT FROM lifecycle._export_datasets() e WHERE e.dataset = letters.dataset AND (NOT e.enabled
        OR EXISTS (SELECT FROM lifecycle.export_batches b WHERE b.destination = e.destination AND b.dataset = e.dataset AND b.status <> 'delivered'))) THEN
      held := held + cardinality(letters.ids);
      CONTINUE;
    END IF;
    query := format('SELECT q.* FROM (%s) q WHERE coalesce(q."reject key", concat_ws(''/'', %s)) IN (SELECT l.key FROM lifecycle.dead_letters l WHERE l.id = ANY (%L::bigint[]))', query,
      (SELECT string_agg(format('q.%I', c.name), ', ' ORDER BY c.key_position) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL), letters.ids);
    -- All of them before the first letter is touched: an export that sends to the second waits for the letters, and must not be waited for then.
    PERFORM lifecycle._lock_delivery(e.destination, letters.dataset) FROM lifecycle._export_datasets() e WHERE e.dataset = letters.dataset;
    FOR target IN SELECT e.destination FROM lifecycle._export_datasets() e WHERE e.dataset = letters.dataset LOOP
      PERFORM lifecycle._send_rows(run, target.destination, letters.dataset, query, 'retry', counted => false);
    END LOOP;
    -- What was sent is resolved; what the source has no longer cannot be.
    SELECT count(*) INTO resolved FROM lifecycle.dead_letters l WHERE l.id = ANY (letters.ids) AND l.resolved_at IS NOT NULL;
    UPDATE lifecycle.dead_letters l SET resolved_at = now(), last_seen = now(), attempts = l.attempts + 1, code = 'gone', detail = 'The source no longer has the row as it was.'
      WHERE l.id = ANY (letters.ids) AND l.resolved_at IS NULL AND NOT EXISTS (SELECT FROM pg_temp.lifecycle_rejects r WHERE r.key = l.key AND (r.is_whole OR r.body = l.body::jsonb));
    GET DIAGNOSTICS missing = ROW_COUNT;
    UPDATE lifecycle.dead_letters l SET attempts = l.attempts + 1, last_seen = now() WHERE l.id = ANY (letters.ids) AND l.resolved_at IS NULL AND l.last_seen < now();
    written := written + resolved;
    gone := gone + missing;
  END LOOP;
  IF held > 0 THEN
    RAISE WARNING 'retry_dead_letters: % rows wait, because a destination of theirs is disabled or has a batch that could not be delivered', held
      USING HINT = 'CALL lifecycle.export(); first, then retry them.';
  END IF;
  PERFORM lifecycle._count_rows(run, tried, written, gone, 0, tried - written - gone - held, held, 0);
  after_id := last_id;
END
$$;
COMMENT ON FUNCTION lifecycle._retry_export(bigint, text, text, bigint, bigint) IS
  'Internal: one step of retry_dead_letters(''export''): takes up batches that were given up, and reads the source rows of dead letters again by their keys: those that keep the contract now are sent to every destination of the dataset. Letters whose row is gone are resolved as such; where a destination cannot be served they wait. Arguments as of _retry_ingest().';
