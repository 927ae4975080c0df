-- Begins a measurement; end.sql ends it. Between them stands what is measured, nothing else. Seconds are wall-clock seconds
-- less those the server process stood in the queue for a core (Linux tells them), so that a busy neighbour spoils less; mirrors,
-- rebuilds, deliveries and exports by workers, which run in other processes too, are taken by the wall alone.
SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 2)::bigint AS queued, pg_current_wal_insert_lsn() AS lsn_began, clock_timestamp() AS began \gset
