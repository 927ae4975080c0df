-- One row of 20 columns as a line of JSON. "scan" forms the same whole-row value; the ratio is not net of it.
\set path ndjson
\set form scan
\ir begin.sql
SELECT count(num_nonnulls(r)) FROM bench.records r;
\ir end.sql
\set form row_to_json
\ir begin.sql
SELECT count(row_to_json(r)) FROM bench.records r;
\ir end.sql
\set form ours
\ir begin.sql
SELECT count(lifecycle.ndjson(r)) FROM bench.records r;
\ir end.sql
\if :first
-- Both lines read back as the row they were made of.
SELECT 'ndjson,' || bool_and(jsonb_populate_record(NULL::bench.records, lifecycle.ndjson(r)::jsonb) = r
  AND jsonb_populate_record(NULL::bench.records, row_to_json(r)::jsonb) = r) FROM bench.records r \g |cat >>"$BENCH_CHECKED"
\endif
