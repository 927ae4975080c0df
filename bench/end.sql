SELECT concat_ws(',', :'path', :'form', :'round', extract(epoch FROM clock_timestamp() - :'began'),
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), :'lsn_began')) \g |cat >>"$BENCH_MEASURED"
