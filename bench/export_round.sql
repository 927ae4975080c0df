-- One round of export.sql. Variables: path, workers.
\set form copy_csv
\ir begin.sql
COPY (:query) TO :'csv' (FORMAT csv);
\ir end.sql
\! rm -f "$DIRECTORY/runs.csv"
\set form row_to_json
\ir begin.sql
COPY (SELECT row_to_json(r) FROM (:query) r) TO :'json';
\ir end.sql
\! rm -f "$DIRECTORY/runs.json"
SELECT lifecycle.unregister_destination(destination) FROM lifecycle.destinations;
DELETE FROM lifecycle.export_batches;
\! rm -rf "$DIRECTORY"/*
SELECT lifecycle.register_destination('bench', 'directory', :'directory', '{"batch_bytes": 1073741824}', '{dx_operation_runs_v1}');
SET lifecycle_ledger.export_workers = :workers;
\set form ours
\ir begin.sql
CALL lifecycle.export('dx_operation_runs_v1');
\ir end.sql
\if :first
-- Checksums add up: counts, and sums modulo 2^64. As many files as processes wrote, or the label lies.
SELECT :'path' || ',' || (sum(split_part(b.checksum, ':', 1)::bigint) = split_part(w.checksum, ':', 1)::bigint
    AND (sum(('x' || split_part(b.checksum, ':', 2))::bit(64)::bigint::numeric) - ('x' || split_part(w.checksum, ':', 2))::bit(64)::bigint::numeric) % 18446744073709551616 = 0
    AND (:rows < 500000 OR count(*) = :workers + 1))
  FROM lifecycle.export_batches b, (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) AS checksum FROM (:query) r) w GROUP BY w.checksum \g |cat >>"$BENCH_CHECKED"
\endif
