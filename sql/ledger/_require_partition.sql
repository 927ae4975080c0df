CREATE FUNCTION lifecycle._require_partition(source_system text, partition_name name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_inherits i
      WHERE i.inhparent = 'lifecycle.contact_events'::regclass AND i.inhrelid = to_regclass(format('lifecycle.%I', partition_name)) AND NOT i.inhdetachpending) THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_table',
      MESSAGE = format('the partition of source "%s" is gone', source_system),
      DETAIL = format('The ledger has no partition lifecycle.%I: it was dropped, renamed or detached.', partition_name),
      HINT = 'Drop it where it still exists, then register the source again (SELECT lifecycle.register_source(source_system, relation, mapping) FROM lifecycle.sources), which makes it anew; the next run loads it.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._require_partition(text, name) IS 'Internal: raises 42P01, with the mend, where a registered source has lost its partition of contact_events.';
