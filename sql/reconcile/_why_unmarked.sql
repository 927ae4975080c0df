CREATE FUNCTION lifecycle._why_unmarked(destination text, dataset text, gone bigint, most bigint) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  contract jsonb := lifecycle._dataset_contract(dataset);
  source record;
  any_row boolean := false;
  former text;
BEGIN
  IF lifecycle._contract_property(contract, 'tombstoneColumn') IS NULL THEN
    RETURN 'Rows of such a dataset are never taken away.';
  ELSIF lifecycle._target_only_policy(destination, dataset) <> 'mend' THEN
    RETURN 'The setting target_only asks for nothing more.';
  ELSIF gone > most THEN
    RETURN 'They are too many to be marked as deleted without a second look.';
  END IF;
  -- What was exported from a source that is registered no more stays where it is.
  SELECT string_agg(p.relation::text, ', ' ORDER BY p.relation::text) INTO former FROM lifecycle.export_positions p
    WHERE p.destination = _why_unmarked.destination AND p.dataset = _why_unmarked.dataset
      AND NOT EXISTS (SELECT FROM lifecycle.dataset_sources s WHERE (s.dataset, s.relation) = (p.dataset, p.relation));
  IF former IS NOT NULL THEN
    RETURN format('They may be of a source that is registered no more: %s. To have them marked as deleted: DELETE FROM lifecycle.export_positions WHERE dataset = %L AND relation NOT IN (SELECT relation FROM lifecycle.dataset_sources WHERE dataset = %2$L);',
      former, dataset);
  END IF;
  -- A table that is loaded anew is empty for a while, and small ones have fewer rows than may be marked.
  FOR source IN SELECT s.relation FROM lifecycle.dataset_sources s WHERE s.dataset = _why_unmarked.dataset LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', source.relation) INTO any_row;
    EXIT WHEN any_row;
  END LOOP;
  IF NOT any_row THEN
    RETURN 'The sources have no row at all: that looks like a load under way, or a mishap.';
  ELSIF EXISTS (SELECT FROM lifecycle.dead_letters l WHERE l.resolved_at IS NULL AND l.stage = 'export' AND l.source = dataset
      AND coalesce(cardinality(string_to_array(l.key, '/')), 0) < (SELECT count(*) FROM lifecycle._contract_columns(contract) c WHERE c.key_position IS NOT NULL)) THEN
    RETURN 'A row of a source has no key that can be read (dead letters of stage export): it may be one of them.';
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION lifecycle._why_unmarked(text, text, bigint, bigint) IS
  'Internal: why so many rows that only a destination has are not marked as deleted, most being as many as may be; null where they are to be.';
