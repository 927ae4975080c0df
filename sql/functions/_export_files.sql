CREATE FUNCTION lifecycle._export_files(query text, rejects text, "order" text, OUT rows bigint[], OUT bytes bigint[], OUT checksums text[], OUT file_hashes text[],
  OUT earliest timestamptz[], OUT latest timestamptz[], OUT rejected bigint, OUT told bigint)
AS 'MODULE_PATHNAME', 'lifecycle_export_files' LANGUAGE C VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._export_files(text, text, text) IS
'Internal: writes the rows of a query that pass the checks into files, as _write_file() would, and compares what it wrote. query is as _direct_rows() gives it. "order" is a JSON object: columns, the checks of _direct_rows(); time_column, the place of the contract''s timeColumn; directory; first, the number of the first file; suffix, what follows its eight digits; format (ndjson, csv), compression (none, gzip, zstd); most_bytes, before compression, after which another file is begun.
The planner may have up to lifecycle_ledger.export_workers background workers write files of their own beside the session, all under the snapshot of the call; few rows come as one file all the same. For each file in the order of their numbers its rows, bytes, parity_checksum and hash, and its earliest and latest time. rejected: rows that did not pass; where there are any, rejects, an INSERT, is run with the snapshot of the query, and told is how many rows it wrote.
Errors: as of _write_file(); 22023 for an order that is none, 42P10 and 42804 for a query that does not fit it, XX001 for a file that does not read back as it was written.';
