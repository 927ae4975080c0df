CREATE FUNCTION lifecycle._ensure_partitions(parent regclass, moments timestamptz[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, MDY'
AS $$
DECLARE
  at_once CONSTANT integer := 50;
  missing timestamptz[] := ARRAY(SELECT m FROM unnest(moments) m WHERE NOT lifecycle._has_partition(parent, m) ORDER BY m);
  unit text;
  moment timestamptz;
  made record;
BEGIN
  IF cardinality(missing) > at_once THEN
    EXECUTE format('SELECT lifecycle._partition_unit(c.partition_interval::interval) FROM %I.part_config c JOIN pg_class t ON t.oid = $1 JOIN pg_namespace n ON n.oid = t.relnamespace '
      || 'WHERE c.parent_table = n.nspname || ''.'' || t.relname', lifecycle._require_partman()) INTO unit USING parent;
    missing := ARRAY(SELECT min(m) FROM unnest(missing) m GROUP BY date_trunc(unit, m) ORDER BY 1);
  END IF;
  -- Each one takes a dozen locks to the end of its transaction: years of days would be more than the server has room for. So many are made
  -- some at a time in transactions of their own; what a worker cannot make, and what this transaction has the lock for already, is made here.
  IF cardinality(missing) > at_once AND NOT lifecycle._lies_elsewhere(parent)
    AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND (l.classid, l.objid, l.objsubid) = (parent::oid, 0::oid, 5)) THEN
    FOR place IN 1 .. cardinality(missing) BY at_once LOOP
      SELECT * INTO made FROM lifecycle._in_workers(ARRAY[format('SELECT lifecycle._ensure_partitions_apart(%L, %L)', parent, missing[place : place + at_once - 1])], 1);
      EXIT WHEN made.was_run IS NOT TRUE OR made.message IS NOT NULL;
    END LOOP;
  END IF;
  FOREACH moment IN ARRAY missing LOOP
    PERFORM lifecycle._ensure_partition(parent, moment);
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._ensure_partitions(regclass, timestamptz[]) IS
  'Internal: _ensure_partition() for many times. Where more than fifty partitions are missing, background workers make them in transactions of their own: they stay, whatever becomes of this one. Errors as of _ensure_partition().';
