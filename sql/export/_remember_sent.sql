CREATE FUNCTION lifecycle._remember_sent(memory integer, since timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF since IS NULL THEN
    -- The whole source was read: what it no longer has is forgotten.
    DELETE FROM lifecycle.export_sent m WHERE m.position_id = memory AND NOT EXISTS (SELECT FROM pg_temp.lifecycle_sent s WHERE s.fingerprint = m.fingerprint);
  ELSE
    DELETE FROM lifecycle.export_sent m WHERE m.position_id = memory AND m.change_time < since;
  END IF;
  -- In the order of the index.
  INSERT INTO lifecycle.export_sent (position_id, fingerprint, change_time)
    SELECT memory, s.fingerprint, max(s.change_time) FROM pg_temp.lifecycle_sent s WHERE NOT s.is_known AND (since IS NULL OR s.change_time >= since OR s.change_time IS NULL) GROUP BY s.fingerprint
    ORDER BY s.fingerprint
  ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION lifecycle._remember_sent(integer, timestamptz) IS
  'Internal: adds what _stage_rows() read to the memory of sent rows, and takes out what no later export reads again: rows changed before since, or (null) rows that the source no longer has.';
