CREATE FUNCTION lifecycle._open_migration(predecessor text, successor text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  retirable timestamptz;
BEGIN
  INSERT INTO lifecycle.contract_migrations AS m (dataset, successor, release_cycle, cycles)
    -- The row may have been deleted: then what it is by default.
    SELECT predecessor, successor, coalesce(p.release_cycle, interval '1 month'), coalesce(p.cycles, 2) FROM (SELECT) o LEFT JOIN lifecycle.release_policy p ON true
    RETURNING m.opened_at + m.cycles * m.release_cycle INTO STRICT retirable;
  UPDATE lifecycle.datasets d SET status = 'deprecated', contract = jsonb_set(d.contract, '{status}', '"deprecated"') WHERE d.dataset = predecessor;
  RETURN format('%s %s is published and succeeds %s, which is deprecated: both are exported until %s at least, and until all its consumers have acknowledged (%s). Register sources for %1$s.',
    successor, (SELECT d.version FROM lifecycle.datasets d WHERE d.dataset = successor), predecessor, to_char(retirable AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
    coalesce((SELECT string_agg(c.consumer, ', ' ORDER BY c.consumer) FROM lifecycle.contract_consumers c WHERE c.dataset = predecessor), 'none is registered'));
END
$$;
COMMENT ON FUNCTION lifecycle._open_migration(text, text) IS 'Internal: opens the window in which a dataset and its successor are both exported; returns what to say.';
