-- Begins a measurement; end.sql ends it. Between them stands what is measured, nothing else.
SELECT pg_current_wal_insert_lsn() AS lsn_began, clock_timestamp() AS began \gset
