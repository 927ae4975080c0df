CREATE FUNCTION lifecycle._partition_by_time(parent regclass, time_column name, step interval, premake integer DEFAULT 4,
  since timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, MDY'
AS $$
DECLARE
  partman name := lifecycle._require_partman();
  unit text := lifecycle._partition_unit(step);
  -- pg_partman knows a table by its unquoted qualified name.
  parent_name text := (SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent);
  arguments text[];
  default_partition regclass;
  known boolean;
BEGIN
  IF unit IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('cannot partition %s by steps of %s', parent, step),
      HINT = 'Steps are 1 hour, 1 day, 1 week, 1 month, 3 months or 1 year.';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %I.part_config WHERE parent_table = $1)', partman) INTO known USING parent_name;
  IF NOT known THEN
    arguments := ARRAY[format('p_parent_table := %L', parent_name), format('p_control := %L', time_column),
      format('p_premake := %s', premake), 'p_jobmon := false',
      -- Upkeep is maintain_partitions() alone: in another time zone pg_partman's own would misplace the bounds.
      'p_automatic_maintenance := ''off''',
      format('p_start_partition := %L', date_trunc(unit, coalesce(since, now() - premake * step)))];
    IF EXISTS (SELECT FROM pg_proc p WHERE p.proname = 'create_parent' AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = partman)
        AND 'p_default_table' = ANY (p.proargnames)) THEN
      arguments := arguments || ARRAY['p_type := ''range''', format('p_interval := %L', step), 'p_default_table := false'];
    ELSE
      arguments := arguments || ARRAY['p_type := ''native''', format('p_interval := %L', CASE unit WHEN 'hour' THEN 'hourly' WHEN 'day' THEN 'daily'
        WHEN 'week' THEN 'weekly' WHEN 'month' THEN 'monthly' WHEN 'quarter' THEN 'quarterly' ELSE 'yearly' END)];
    END IF;
    PERFORM lifecycle._keeping_settings(format('SELECT %I.create_parent(%s)', partman, array_to_string(arguments, ', ')));
    -- Rows in a DEFAULT partition stand in the way of their own partition later, and of detaching one without a lock. pg_partman 4 always makes one.
    SELECT nullif(partdefid, 0)::regclass INTO default_partition FROM pg_partitioned_table WHERE partrelid = parent;
    IF default_partition IS NOT NULL THEN
      EXECUTE format('DROP TABLE %s', default_partition);
    END IF;
  END IF;
  EXECUTE format('UPDATE %I.part_config SET premake = $2, infinite_time_partitions = true
    WHERE parent_table = $1 AND NOT (premake = $2 AND infinite_time_partitions)', partman) USING parent_name, premake;
  -- Also where the table was dropped and made anew: pg_partman still knows it.
  PERFORM lifecycle._ensure_partition(parent, now() + number * step) FROM generate_series(0, premake) AS number;
END
$$;
COMMENT ON FUNCTION lifecycle._partition_by_time(regclass, name, interval, integer, timestamptz) IS
  'Internal: hands a table that is partitioned by range of time_column to pg_partman: partitions of the length step, from since (default: as many steps back as ahead) to premake steps ahead of now, no DEFAULT partition, bounds in UTC. Idempotent. From then on maintain_partitions() makes the partitions to come and _ensure_partition() any single one.';
