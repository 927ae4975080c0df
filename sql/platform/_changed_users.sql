CREATE FUNCTION lifecycle._changed_users(seen pg_snapshot, upto pg_snapshot, most bigint, INOUT after_xid xid8, INOUT after_id uuid, OUT ids uuid[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  EXECUTE format('SELECT array_agg(v.id ORDER BY v.changed_xid, v.id), (array_agg(v.changed_xid ORDER BY v.changed_xid DESC))[1]'
      ' FROM (SELECT u.changed_xid, u.id FROM lifecycle.users u WHERE %s%s ORDER BY 1, 2 LIMIT %s) v',
      lifecycle._cut_predicate('u.changed_xid', seen, upto),
      CASE WHEN after_xid IS NOT NULL THEN format(' AND (u.changed_xid, u.id) > (%L::xid8, %L::uuid)', after_xid, after_id) ELSE '' END, most)
    INTO ids, after_xid;
  after_id := ids[cardinality(ids)];
  IF cardinality(ids) < most THEN
    after_xid := NULL;
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._changed_users(pg_snapshot, pg_snapshot, bigint, xid8, uuid) IS
  'Internal: the next users of a cut, at most so many, in the order of their transactions. What to go on from comes back, after_xid null after the last.';
