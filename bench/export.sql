-- The dataset of runs into NDJSON files: CALL export() to a directory (rows mapped, held against the contract, searched for secrets, written, compared
-- with what was meant, hashed, their parity checksum, batches and position recorded) against COPY of the same columns, which does none of that. Twice:
-- with two background workers beside the session, a file each (export), and by the session alone (export_one). COPY has one process. In memory where
-- there is room.
\set memory `[ "$(df --output=avail -m /dev/shm 2>/dev/null | tail -n 1)" -gt 3000 ] && d=/dev/shm/ledger-export.$PPID && mkdir -p $d && chmod 777 $d && echo $d`
SELECT coalesce(nullif(:'memory', ''), :'mirror' || '.d') AS directory \gset
\setenv DIRECTORY :directory
\set csv :directory '/runs.csv'
\set json :directory '/runs.json'
\! mkdir -p "$DIRECTORY" && chmod 777 "$DIRECTORY" && rm -rf "$DIRECTORY"/*
SELECT 'SELECT ''v1'' AS export_schema_version, ' || string_agg(quote_ident(name), ', ' ORDER BY place) || ' FROM lifecycle.finished_operation_runs' AS query
  FROM lifecycle._contract_columns(lifecycle._dataset_contract('dx_operation_runs_v1')) WHERE place > 1 \gset
\set path export
\set workers 2
\ir export_round.sql
\set path export_one
\set workers 0
\ir export_round.sql
\! rm -rf "$DIRECTORY"
