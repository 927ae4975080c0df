CREATE FUNCTION lifecycle._retention_due(at timestamptz DEFAULT now())
RETURNS TABLE (relation regclass, partition regclass, lower_bound timestamptz, upper_bound timestamptz, action text, rows bigint, bytes bigint,
  reason text, hint text, archive_id bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
#variable_conflict use_column
DECLARE
  policy record;
  problem text;
  due_rows bigint;
BEGIN
  -- What a run that was killed has detached goes first, whatever the policy says by now.
  RETURN QUERY
    SELECT to_regclass(a.relation), to_regclass(a.detached), a.lower_bound, a.upper_bound,
      'drop archived', a.rows, NULL::bigint, 'detached by an earlier run, its archive is complete', NULL, a.archive_id
    FROM lifecycle.archives a WHERE a.status = 'detached' ORDER BY a.archive_id;
  FOR policy IN SELECT p.*, c.relkind FROM lifecycle.retention_policies p LEFT JOIN pg_class c ON c.oid = p.relation
    WHERE p.keep IS NOT NULL ORDER BY p.relation::text
  LOOP
    problem := lifecycle._retention_problem(policy.relation);
    IF problem IS NOT NULL THEN
      RETURN QUERY SELECT policy.relation::regclass, NULL::regclass, NULL::timestamptz, NULL::timestamptz, 'refused', NULL::bigint, NULL::bigint,
        problem, 'Correct its row in lifecycle.retention_policies.', NULL::bigint;
    ELSIF policy.relkind = 'p' THEN
      RETURN QUERY
        SELECT policy.relation::regclass, p.oid::regclass, r.lower_bound, r.upper_bound,
          CASE WHEN held.hold_until > at THEN 'held' WHEN NOT policy.archive THEN 'drop' WHEN policy.directory IS NULL THEN 'refused' ELSE 'archive and drop' END,
          nullif(p.reltuples, -1)::bigint, pg_total_relation_size(p.oid),
          CASE WHEN held.hold_until > at THEN format('restored, held until %s', held.hold_until)
            WHEN policy.archive AND policy.directory IS NULL THEN 'it must be archived, and its policy names no directory for that'
            ELSE format('kept for %s', policy.keep) END,
          CASE WHEN policy.archive AND policy.directory IS NULL THEN
            format('UPDATE lifecycle.retention_policies SET directory = ''/srv/archive'' WHERE relation = %L::regclass;', policy.relation::regclass) END,
          NULL::bigint
        FROM pg_inherits i
          JOIN pg_class p ON p.oid = i.inhrelid
          CROSS JOIN LATERAL lifecycle._partition_range(p.oid) r
          LEFT JOIN LATERAL (SELECT max(a.hold_until) AS hold_until FROM lifecycle.archives a
            WHERE to_regclass(a.relation) = policy.relation AND a.lower_bound = r.lower_bound AND a.status = 'restored') held ON true
        WHERE i.inhparent = policy.relation AND r.upper_bound <= at - policy.keep
        ORDER BY r.lower_bound;
    ELSE
      EXECUTE format('SELECT count(*) FROM %s t WHERE %s', policy.relation::regclass, lifecycle._due_predicate(policy.relation, at)) INTO due_rows;
      RETURN QUERY SELECT policy.relation::regclass, NULL::regclass, NULL::timestamptz, at - policy.keep, 'delete rows', due_rows, NULL::bigint,
        format('kept for %s', policy.keep), NULL::text, NULL::bigint WHERE due_rows > 0;
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION lifecycle._retention_due(timestamptz) IS
  'Internal: what the policies say should go at a time: action archive and drop, drop, delete rows; held for what was restored lately; refused, with the reason, for what cannot go; drop archived for what an interrupted run has left to do. rows: the planner''s estimate of a partition, exact for delete rows.';
