CREATE FUNCTION lifecycle._rebuild_in_workers(names text[], wait boolean,
  OUT name text, OUT was_run boolean, OUT sqlstate text, OUT message text, OUT detail text, OUT hint text) RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- Sizes as the statistics have them: asking the tables would wait for their locks.
  ordered text[] := ARRAY(SELECT s.source_system FROM lifecycle.sources s LEFT JOIN pg_class c ON c.oid = s.relation
    WHERE s.source_system = ANY (names) ORDER BY c.relpages DESC, s.source_system);
BEGIN
  RETURN QUERY
    -- A worker that was ended has not said whose rows it had at hand.
    SELECT ordered[w.place], w.was_run, w.sqlstate,
      CASE WHEN starts_with(w.message, 'rebuild_contact_events') THEN w.message ELSE format('rebuild_contact_events of source "%s" failed: ', ordered[w.place]) || w.message END,
      w.detail, w.hint
    FROM lifecycle._in_workers(ARRAY(SELECT format('CALL lifecycle._run_sources(%L, %L, %L, true)', 'rebuild_contact_events', o.name, wait)
        FROM unnest(ordered) WITH ORDINALITY o(name, place) ORDER BY o.place),
      current_setting('lifecycle_ledger.rebuild_workers')::integer) w;
END
$$;
COMMENT ON FUNCTION lifecycle._rebuild_in_workers(text[], boolean) IS
  'Internal: rebuilds sources side by side in background workers, lifecycle_ledger.rebuild_workers at once, and says how each ended; those not run are left to the caller.';
