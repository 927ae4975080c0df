CREATE FUNCTION lifecycle._exact_cut(destination text, dataset text, relation regclass, OUT condition text, OUT seen pg_snapshot, OUT upto pg_snapshot, OUT next_xid xid8)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  at record;
  most bigint := current_setting('lifecycle_ledger.chunk_rows');
  lowest xid8;
  highest xid8;
  nth xid8;
BEGIN
  SELECT p.seen, p.upto, p.next_xid INTO at FROM lifecycle.export_positions p
    WHERE p.destination = _exact_cut.destination AND p.dataset = _exact_cut.dataset AND p.relation = _exact_cut.relation
      AND p.system_identifier = (SELECT s.system_identifier FROM pg_control_system() s);
  seen := at.seen;
  upto := coalesce(at.upto, pg_current_snapshot());
  IF seen IS NULL THEN
    -- All rows, also those numbered by another cluster or not at all; but for those that committed between this snapshot and the
    -- one that reads: they are the next export's.
    condition := format('(s.changed_xid IS NULL OR pg_visible_in_snapshot(s.changed_xid, %L::pg_snapshot) OR s.changed_xid >= (SELECT pg_snapshot_xmax(pg_current_snapshot())))', upto);
  ELSE
    condition := lifecycle._cut_predicate('s.changed_xid', seen, upto);
  END IF;
  IF at.next_xid IS NOT NULL THEN
    condition := format('%s AND (s.changed_xid >= %L::xid8 OR s.changed_xid IS NULL)', condition, at.next_xid);
  END IF;
  IF (SELECT x.is_indexed FROM lifecycle._xid_cut(relation) x) THEN
    -- A step ends between transactions: one larger than a step is taken whole, and rows of a single one need no count.
    EXECUTE format('SELECT (SELECT s.changed_xid FROM %1$s s WHERE %2$s AND s.changed_xid IS NOT NULL ORDER BY s.changed_xid LIMIT 1),'
        ' (SELECT s.changed_xid FROM %1$s s WHERE %2$s AND s.changed_xid IS NOT NULL ORDER BY s.changed_xid DESC LIMIT 1)', relation, condition) INTO lowest, highest;
    IF lowest < highest THEN
      EXECUTE format('SELECT s.changed_xid FROM %s s WHERE %s AND s.changed_xid IS NOT NULL ORDER BY s.changed_xid OFFSET $1 LIMIT 1', relation, condition) INTO nth USING most;
    END IF;
    IF nth IS NOT NULL THEN
      EXECUTE format('SELECT s.changed_xid FROM %s s WHERE %s AND s.changed_xid >= $1 AND s.changed_xid > $2 ORDER BY s.changed_xid LIMIT 1', relation, condition)
        INTO next_xid USING nth, lowest;
    END IF;
  END IF;
  IF next_xid IS NOT NULL THEN
    condition := format('%s AND s.changed_xid < %L::xid8', condition, next_xid);
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._exact_cut(text, text, regclass) IS
  'Internal: the next step of an export from a source with changed_xid: the condition (over alias s) of the rows changed since what was sent last, up to a snapshot, about lifecycle_ledger.chunk_rows of them; next_xid null: to the end. A step that was begun before goes on up to the snapshot of then. Call it at READ COMMITTED, in a statement of its own.';
