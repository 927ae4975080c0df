-- The dataset of runs into one NDJSON file: CALL export() to a directory (rows mapped, held against the contract, written, hashed, their parity
-- checksum, the file read back, batch and position recorded) against COPY of the same columns, which does none of that. In memory where there is room.
\set memory `[ "$(df --output=avail -m /dev/shm 2>/dev/null | tail -n 1)" -gt 3000 ] && d=/dev/shm/ledger-export.$PPID && mkdir -p $d && chmod 777 $d && echo $d`
SELECT coalesce(nullif(:'memory', ''), :'mirror' || '.d') AS directory \gset
\setenv DIRECTORY :directory
\set csv :directory '/runs.csv'
\set json :directory '/runs.json'
\! mkdir -p "$DIRECTORY" && chmod 777 "$DIRECTORY" && rm -rf "$DIRECTORY"/*
SELECT 'SELECT ''v1'' AS export_schema_version, ' || string_agg(quote_ident(name), ', ' ORDER BY place) || ' FROM lifecycle.finished_operation_runs' AS query
  FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1')) WHERE place > 1 \gset
\set path export
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
SELECT lifecycle.register_destination('bench', 'directory', :'directory', '{"batch_bytes": 1073741824}', '{dx_operation_runs_v1}');
\set form ours
\ir begin.sql
CALL lifecycle.export('dx_operation_runs_v1');
\ir end.sql
\if :first
SELECT 'export,' || (b.checksum = (SELECT lifecycle.parity_checksum(lifecycle.parity_text(r)) FROM (:query) r)) FROM lifecycle.export_batches b \g |cat >>"$BENCH_CHECKED"
\endif
\! rm -rf "$DIRECTORY"
