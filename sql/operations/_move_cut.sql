CREATE FUNCTION lifecycle._move_cut(name text, upto pg_snapshot) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO lifecycle.cuts AS c (name, system_identifier, seen)
    SELECT _move_cut.name, s.system_identifier, upto FROM pg_control_system() s
  ON CONFLICT (name) DO UPDATE SET system_identifier = excluded.system_identifier, seen = excluded.seen, moved_at = excluded.moved_at
$$;
COMMENT ON FUNCTION lifecycle._move_cut(text, pg_snapshot) IS
  'Internal: records that everything up to this snapshot has been dealt with, in the transaction that did it. A run that found no row leaves the cut where it is and so writes nothing.';
