SELECT concat_ws(',', :'path', :'form', :'round', extract(epoch FROM clock_timestamp() - :'began')
    - CASE WHEN :'path' IN ('mirror', 'rebuild', 'export_delivery', 'export') THEN 0 ELSE (split_part(pg_read_file('/proc/self/schedstat'), ' ', 2)::bigint - :queued) / 1e9 END,
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'lsn_began')) \g |cat >>"$BENCH_MEASURED"
