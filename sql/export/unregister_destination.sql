CREATE FUNCTION lifecycle.unregister_destination(destination text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM lifecycle._check_schema();
  -- Positions, memories and manifests go with it.
  DELETE FROM lifecycle.destinations d WHERE d.destination = unregister_destination.destination;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'undefined_object', MESSAGE = format('there is no destination "%s"', destination),
      DETAIL = coalesce('There are: ' || (SELECT string_agg(d.destination, ', ' ORDER BY d.destination) FROM lifecycle.destinations d) || '.', 'There is none.'),
      HINT = coalesce('Did you mean ' || lifecycle._nearest_name(destination, ARRAY(SELECT d.destination FROM lifecycle.destinations d)) || '?', 'SELECT * FROM lifecycle.destinations;');
  END IF;
  DELETE FROM lifecycle.export_batches b WHERE b.destination = unregister_destination.destination AND b.status <> 'delivered';
  UPDATE lifecycle.alerts a SET resolved_at = now() WHERE a.kind = 'export.dead' AND a.resolved_at IS NULL AND right(a.subject, length(destination) + 1) = '@' || destination;
END
$$;
COMMENT ON FUNCTION lifecycle.unregister_destination(text) IS
'Ends deliveries to a destination. What was delivered stays there, and in export_batches; how far it had come is forgotten, so that a destination registered anew gets everything again. Error 42704 when it is not registered.';
