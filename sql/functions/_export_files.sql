CREATE FUNCTION lifecycle._export_files(query text, checks text, rejects text, time_column integer, directory text, sequence bigint, format text, compression text, suffix text,
  most_bytes bigint, OUT rows bigint[], OUT bytes bigint[], OUT checksums text[], OUT file_hashes text[], OUT earliest timestamptz[], OUT latest timestamptz[],
  OUT rejected bigint, OUT told bigint)
AS 'MODULE_PATHNAME', 'lifecycle_export_files' LANGUAGE C VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._export_files(text, text, text, integer, text, bigint, text, text, text, bigint) IS
'Internal: writes the rows of a query that pass the checks into files DIRECTORY/NNNNNNNN and suffix, numbered from sequence on, as _write_file() would: a new file is begun once one has most_bytes before compression. query and checks are as _direct_rows() gives them; time_column is the place of the contract''s timeColumn. For each file its rows, bytes, parity_checksum and hash, and its earliest and latest time. rejected: rows that did not pass; where there are any, rejects, an INSERT, is run with the snapshot of the query, and told is how many rows it wrote. Errors as of _write_file().';
