CREATE FUNCTION lifecycle._ensure_partition(parent regclass, moment timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, MDY'
AS $$
DECLARE
  partman name;
  parent_name text;
  step interval;
  partition regclass;
  owner name;
BEGIN
  IF lifecycle._has_partition(parent, moment) THEN
    RETURN false;
  END IF;
  SELECT n.nspname || '.' || c.relname, pg_get_userbyid(c.relowner) INTO parent_name, owner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = parent;
  IF NOT pg_has_role(owner, 'USAGE') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s has no partition for %s, and %I may not make one', parent, moment, current_user),
      DETAIL = format('That takes its owner, %I, or a member of it.', owner), HINT = 'Let the owner call lifecycle.maintain_partitions() for those to come; who receives rows of other times has to be a member of it.';
  END IF;
  -- Two that need it at once would both make it: the second waits until it can see the first one's.
  PERFORM lifecycle._lock_partitions(parent);
  IF lifecycle._has_partition(parent, moment) THEN
    RETURN false;
  END IF;
  partman := lifecycle._require_partman();
  EXECUTE format('SELECT partition_interval::interval FROM %I.part_config WHERE parent_table = $1', partman) INTO step USING parent_name;
  PERFORM lifecycle._keeping_settings(format('SELECT %I.create_partition_time(p_parent_table := %L, p_partition_times := ARRAY[%L::timestamptz]%s)',
    partman, parent_name, date_trunc(lifecycle._partition_unit(step), moment),
    (SELECT ', p_analyze := false' FROM pg_proc p WHERE p.proname = 'create_partition_time' AND 'p_analyze' = ANY (p.proargnames)
       AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = partman))));
  -- Where a table of the partition's name exists beside the parent, pg_partman makes none and says nothing.
  IF NOT lifecycle._has_partition(parent, moment) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation',
      MESSAGE = format('no partition of %s could be made for %s', parent, moment),
      DETAIL = 'A table with the partition''s name exists and is not attached, or pg_partman does not know the table.',
      HINT = format('Attach that table again or rename it; SELECT * FROM %I.part_config shows what pg_partman knows.', partman);
  END IF;
  -- Whoever ran the upkeep made the table; it belongs to whom its parent belongs to.
  FOR partition IN SELECT i.inhrelid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent AND pg_get_userbyid(c.relowner) <> owner
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', partition, owner);
  END LOOP;
  -- The event trigger has done so already, except where install() was not called by a superuser.
  IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = parent AND tgname = 'append_only') THEN
    PERFORM lifecycle._guard_append_only(parent);
  END IF;
  PERFORM lifecycle._protect_partitions(parent);
  RETURN true;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_partition(regclass, timestamptz) IS
  'Internal: makes the partition of a table given to _partition_by_time() that holds that time, where there is none. True when it made one. Errors: 23514 where a table that is not attached has its name, 42501 for all but the owner of the table and its members.';
