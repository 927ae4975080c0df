CREATE FUNCTION lifecycle._move_position(destination text, dataset text, relation regclass, seen pg_snapshot, upto pg_snapshot, next_xid xid8, watermark timestamptz) RETURNS integer
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO lifecycle.export_positions AS p (destination, dataset, relation, system_identifier, seen, upto, next_xid, watermark)
    SELECT _move_position.destination, _move_position.dataset, _move_position.relation, s.system_identifier, _move_position.seen, _move_position.upto, _move_position.next_xid,
      _move_position.watermark FROM pg_control_system() s
  ON CONFLICT ON CONSTRAINT export_positions_destination_dataset_relation_key DO UPDATE SET system_identifier = excluded.system_identifier, seen = excluded.seen, upto = excluded.upto,
    next_xid = excluded.next_xid, watermark = excluded.watermark, moved_at = excluded.moved_at
  RETURNING p.position_id
$$;
COMMENT ON FUNCTION lifecycle._move_position(text, text, regclass, pg_snapshot, pg_snapshot, xid8, timestamptz) IS
  'Internal: records how far the export of a source to a destination has come, in the transaction that sent the rows; returns the number of the position.';
