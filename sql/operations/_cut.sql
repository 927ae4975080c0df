CREATE FUNCTION lifecycle._cut(name text, OUT seen pg_snapshot, OUT upto pg_snapshot)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  upto := pg_current_snapshot();
  SELECT c.seen INTO seen FROM lifecycle.cuts c
    WHERE c.name = _cut.name AND c.system_identifier = (SELECT s.system_identifier FROM pg_control_system() s);
END
$$;
COMMENT ON FUNCTION lifecycle._cut(text) IS
  'Internal: the cut of a run: what was seen (null: nothing yet, or on another cluster, so look at every row) and the snapshot up to which this run goes. Call it at READ COMMITTED in a statement of its own, then read with _cut_predicate(), then _move_cut() in the transaction that did the work.';
