-- The same rows to a second server: COPY out piped into COPY in, without key or check; staged rows delivered in batches, as after a batch
-- that was refused, applied under their keys and verified by checksum on both sides; and CALL export, which streams what it reads, maps, judges and
-- remembers. By the wall: two servers work.
\set warehouse round_:round
\set second_sql `echo psql -X -q -h "$BENCH_SECOND" -p 5432 -U postgres -d postgres -v ON_ERROR_STOP=1`
\setenv SECOND_SQL :second_sql
\setenv WAREHOUSE :warehouse
\! for w in "$WAREHOUSE" "${WAREHOUSE}_export"; do PGOPTIONS='-c client_min_messages=error' $SECOND_SQL -At -o /dev/null -c "CALL lifecycle.install_warehouse('$w')" -c "SELECT count(lifecycle._ensure_partition(('$w' || '.dx_operation_runs_v1')::regclass, day)) FROM generate_series(timestamptz '2025-07-01 00:00+00', '2025-07-04 00:00+00', '1 day') day"; done
\! PGOPTIONS='-c client_min_messages=error' $SECOND_SQL -c 'DROP TABLE IF EXISTS plain' -c 'CREATE TABLE plain (LIKE lifecycle.dx_operation_runs_v1)'
\set path delivery
\set form copy
\ir begin.sql
\! psql -X -q -c 'COPY bench.runs TO STDOUT' | $SECOND_SQL -c 'COPY plain FROM STDIN'
\ir end.sql
\! sed -n '$s/^delivery/export_delivery/p' "$BENCH_MEASURED" >>"$BENCH_MEASURED"
INSERT INTO lifecycle.destinations AS d (destination, kind, place, options, datasets) VALUES ('second', 'server', 'second', jsonb_build_object('warehouse', :'warehouse'), '{}')
  ON CONFLICT (destination) DO UPDATE SET options = excluded.options;
\set form ours
\ir begin.sql
CALL bench.deliver();
\ir end.sql
DELETE FROM lifecycle.destinations WHERE destination = 'second';
SELECT lifecycle.register_destination(:'warehouse', 'server', 'second', jsonb_build_object('warehouse', :'warehouse' || '_export'), '{dx_operation_runs_v1}');
\set path export_delivery
\ir begin.sql
CALL lifecycle.export('dx_operation_runs_v1');
\ir end.sql
SELECT lifecycle.unregister_destination(:'warehouse');
\if :first
SELECT w.path || ',' || (r[1] = (SELECT lifecycle.parity_checksum(lifecycle.parity_text(s)) FROM bench.runs s))
FROM (VALUES ('delivery', :'warehouse'), ('export_delivery', :'warehouse' || '_export')) w(path, name),
  LATERAL lifecycle._on_server('second', format('SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM %I.dx_operation_runs_v1 t', w.name)) r \g |cat >>"$BENCH_CHECKED"
\endif
