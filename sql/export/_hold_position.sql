CREATE FUNCTION lifecycle._hold_position(memory integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM FROM lifecycle.export_positions p WHERE p.position_id = memory FOR KEY SHARE;
  IF NOT FOUND AND memory IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state', MESSAGE = format('position %s was deleted while its source is exported', memory),
      HINT = 'Nothing was recorded. The next export sends the source from its beginning.';
  END IF;
END
$$;
COMMENT ON FUNCTION lifecycle._hold_position(integer) IS
  'Internal: keeps a position of export_positions to the end of the transaction, for rows that are written into export_sent past its foreign key. Nothing for null; raises 55000 where it is gone.';
