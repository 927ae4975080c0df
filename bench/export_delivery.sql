-- The same rows to a second server: COPY out piped into COPY in, without key or check; and CALL export, which maps, judges and remembers what it
-- reads, and streams it in batches that are applied under their keys and verified by checksum on both sides. By the wall: two servers work.
\set warehouse round_:round
\set second_sql `echo psql -X -q -h "$BENCH_SECOND" -p 5432 -U postgres -d postgres -v ON_ERROR_STOP=1`
\setenv SECOND_SQL :second_sql
\setenv WAREHOUSE :warehouse
\! PGOPTIONS='-c client_min_messages=error' $SECOND_SQL -At -o /dev/null -c "CALL lifecycle.install_warehouse('$WAREHOUSE')" -c "SELECT count(lifecycle._ensure_partition(('$WAREHOUSE' || '.dx_operation_runs_v1')::regclass, day)) FROM generate_series(timestamptz '2025-07-01 00:00+00', '2025-07-04 00:00+00', '1 day') day"
\! PGOPTIONS='-c client_min_messages=error' $SECOND_SQL -c 'DROP TABLE IF EXISTS plain' -c 'CREATE TABLE plain (LIKE lifecycle.dx_operation_runs_v1)'
\set path export_delivery
\set form copy
\ir begin.sql
\! psql -X -q -c 'COPY bench.runs TO STDOUT' | $SECOND_SQL -c 'COPY plain FROM STDIN'
\ir end.sql
\set form ours
SELECT lifecycle.register_destination(:'warehouse', 'server', 'second', jsonb_build_object('warehouse', :'warehouse'), '{dx_operation_runs_v1}');
\ir begin.sql
CALL lifecycle.export('dx_operation_runs_v1');
\ir end.sql
SELECT lifecycle.unregister_destination(:'warehouse');
\if :first
SELECT 'export_delivery,' || (r[1] = (SELECT lifecycle.parity_checksum(lifecycle.parity_text(s)) FROM bench.runs s))
FROM lifecycle._on_server('second', format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM %I.dx_operation_runs_v1 t', :'warehouse')) r \g |cat >>"$BENCH_CHECKED"
\endif
