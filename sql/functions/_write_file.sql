CREATE FUNCTION lifecycle._write_file(query text, path text, format text DEFAULT 'ndjson', compression text DEFAULT 'none',
  omit_nulls boolean DEFAULT false, with_checksum boolean DEFAULT true,
  OUT rows bigint, OUT bytes bigint, OUT plain_bytes bigint, OUT checksum text, OUT file_hash text)
AS 'MODULE_PATHNAME', 'lifecycle_write_file' LANGUAGE C VOLATILE STRICT
-- The text of types that have no form of their own in the file depends on these.
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._write_file(text, text, text, text, boolean, boolean) IS
'Internal: writes the rows of a query, which sees the calling statement''s snapshot, into a file on the server: beside its final name, then synced, then renamed into place, so that whoever reads it finds the old file or the new one, whole. An error, a cancel or the session''s end removes what was begun; a killed server''s leftover is overwritten by the next call.
format ndjson: ndjson() of each row, omit_nulls leaving out the keys of null columns (which tells them from a JSON null); csv: a header, then csv_line() of each row, lines ended by CR LF; text: one column of type text, a line each. compression none, gzip or zstd.
Gives the rows, the bytes of the file and before compression, parity_checksum(parity_text(row)) of the rows (null unless with_checksum) and XXH3-128 of the file as xxh128sum prints it. Seen in pg_stat_progress_copy.
Needs pg_write_server_files. A new file is readable by the server''s user alone. Errors: 42501 without that role, and within the data directory, WAL or a tablespace; 42602 for a path that is not absolute; 42809 where something else than a file is at path; 55P03 while another session writes it; 58P01 and 58030 from the file system.';
