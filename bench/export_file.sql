-- Rows of 20 columns into a file on the server, as NDJSON and as CSV, by our writer and by COPY. In memory where there is room for
-- it, since a disk is as slow for both. Ours also hashes the file. Left out on both sides: the checksum of the rows,
-- which COPY has nothing like.
\set memory `[ "$(df --output=avail -m /dev/shm 2>/dev/null | tail -n 1)" -gt 1000 ] && echo /dev/shm/ledger-bench.$PPID`
SELECT coalesce(nullif(:'memory', ''), :'mirror') || '.csv' AS csv, coalesce(nullif(:'memory', ''), :'mirror') || '.ndjson' AS json \gset
\setenv CSV :csv
\setenv JSON :json
\! rm -f "$CSV" "$JSON"
\set path export_file
\set form copy_csv
\ir begin.sql
COPY bench.records TO :'csv' (FORMAT csv, HEADER);
\ir end.sql
\! sed -n '$s/^export_file/export_csv/p' "$BENCH_MEASURED" >>"$BENCH_MEASURED"
\! rm -f "$CSV"
\set form row_to_json
\ir begin.sql
COPY (SELECT row_to_json(r) FROM bench.records r) TO :'json';
\ir end.sql
\! rm -f "$JSON"
\set form ours
\ir begin.sql
SELECT rows FROM lifecycle._write_file('SELECT * FROM bench.records', :'json', with_checksum => false);
\ir end.sql
\set path export_csv
\set form ours
\ir begin.sql
SELECT rows FROM lifecycle._write_file('SELECT * FROM bench.records', :'csv', 'csv', with_checksum => false);
\ir end.sql
\if :first
-- Both files read back as the rows they were made of.
SELECT 'export_file,' || (count(*) = (SELECT count(*) FROM bench.records) AND bool_and(b = r))
FROM (SELECT lifecycle._read_file(:'json') AS line OFFSET 0) l, LATERAL json_populate_record(NULL::bench.records, line::json) b
  JOIN bench.records r USING (run_id) \g |cat >>"$BENCH_CHECKED"
CREATE TEMP TABLE export_csv (LIKE bench.records);
COPY export_csv FROM :'csv' (FORMAT csv, HEADER);
SELECT 'export_csv,' || (count(*) = (SELECT count(*) FROM bench.records) AND bool_and(b = r)) FROM export_csv b JOIN bench.records r USING (run_id) \g |cat >>"$BENCH_CHECKED"
DROP TABLE export_csv;
\endif
\! rm -f "$CSV" "$JSON"
