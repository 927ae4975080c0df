CREATE FUNCTION lifecycle.register_destination(destination text, kind text, place text, options jsonb DEFAULT '{}', datasets text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  present record;
  given text[];
BEGIN
  PERFORM lifecycle._check_schema();
  IF num_nulls(destination, kind, place, options) > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'register_destination() needs a destination, a kind and a place',
      HINT = 'SELECT lifecycle.register_destination(''files'', ''directory'', ''/srv/export'', ''{"compression": "zstd"}'');';
  ELSIF destination !~ '^[[:alnum:]_][[:alnum:]_.-]{0,62}$' THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_name', MESSAGE = format('"%s" cannot be the name of a destination', destination),
      DETAIL = 'A name has letters, digits, _, - and ., at most 63 of them, and begins with a letter, a digit or _.', HINT = 'Such as hq or files_2025.';
  END IF;
  IF kind = 'directory' THEN
    place := CASE WHEN place ~ '^/+$' THEN '/' ELSE rtrim(place, '/') END;
  END IF;
  PERFORM lifecycle._check_destination(destination, kind, place, options, datasets);
  SELECT * INTO present FROM lifecycle.destinations d WHERE d.destination = register_destination.destination FOR UPDATE;
  IF FOUND AND (present.kind, present.place) IS DISTINCT FROM (kind, place) THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_object', MESSAGE = format('destination "%s" is another place', destination),
      DETAIL = format('It is %s "%s", and what was sent there is not at %s "%s".', present.kind, present.place, kind, place),
      HINT = format('Take another name; or SELECT lifecycle.unregister_destination(%L); first, and everything is sent again.', destination);
  END IF;
  INSERT INTO lifecycle.destinations AS d (destination, kind, place, options, datasets) VALUES (destination, kind, place, options, datasets)
  ON CONFLICT ON CONSTRAINT destinations_pkey DO UPDATE SET options = excluded.options, datasets = excluded.datasets
    WHERE (d.options, d.datasets) IS DISTINCT FROM (excluded.options, excluded.datasets);
  IF kind = 'directory' THEN
    PERFORM lifecycle._claim_directory(destination, place);
  END IF;
  given := ARRAY(SELECT e.dataset FROM lifecycle._export_datasets(destination) e);
  RETURN format('%s "%s" gets %s.', CASE kind WHEN 'schema' THEN 'Schema' WHEN 'server' THEN 'Server' ELSE 'Directory' END, place,
    CASE WHEN given = '{}' THEN 'nothing yet: no dataset for it has a source' ELSE array_to_string(given, ', ') || ' with the next export' END);
END
$$;
COMMENT ON FUNCTION lifecycle.register_destination(text, text, text, jsonb, text[]) IS
'Registers (or registers anew, with other options or datasets) where datasets are delivered to. kind schema: place is a warehouse in this database (install_warehouse()). kind server: a foreign server, another PostgreSQL with a warehouse; options warehouse (its schema there, lifecycle), receiver (the function there that takes batches, lifecycle.receive_batch), batch_bytes. kind directory: the absolute path of a directory on this server, for files DATASET/NNNNNNNN.ndjson and a manifest.json for each dataset; options format (ndjson or csv), compression (none, gzip or zstd), batch_bytes (size of a file). datasets: those it gets; null: all that have a source, lifecycle_event_history apart. All of it is checked here; the answer says what the next export sends. Errors: 22023 unknown kind, option or value; 42704 unknown dataset, warehouse or server; 42602, 42809, 58P01, 58030 and 42501 for directories that cannot be written, are none, or are reached through a symbolic link; 55006 where the directory is another destination''s, or another database''s (its file destination.json says whose); 42710 where the name stands for another place; 0A000 for a dataset that leaves in bulk.';
