CREATE FUNCTION lifecycle._send_stream(server name, statement text, parameters text[], query text, columns integer, time_column integer, most_bytes bigint, tables regclass[],
  OUT batch_ids uuid[], OUT rows bigint[], OUT bytes bigint[], OUT checksums text[], OUT earliest timestamptz[], OUT latest timestamptz[], OUT delivered timestamptz[],
  OUT answers text[], OUT counts bigint[])
AS 'MODULE_PATHNAME', 'lifecycle_send_stream' LANGUAGE C VOLATILE STRICT
-- The text of types that have no form of their own depends on these.
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._send_stream(name, text, text[], text, integer, integer, bigint, regclass[]) IS
'Internal: runs one SELECT and sends what its first columns hold to another server, in batches of at least most_bytes, each by the statement, as _send_batch() does: $1 are the lines, $2 is their checksum, $3 and so on are the parameters, but for the second of these, $4, which is a new number for each batch. While the other server works on a batch, the rows of the next are read; two are under way at a time, and memory is bounded by three. A row whose first column is null is not sent. The columns behind the first ones are those of tables here, as of _insert_rows(). time_column: the place of a timestamptz.
For each batch in their order its number, rows, bytes and checksum, the earliest and latest time, when it was answered, and the first row of the answer as texts (of all of them an array of two dimensions). counts: as of _insert_rows(). Batches that were answered stay where they are, whatever becomes of the calling transaction: whoever sends the rows again in other batches finds them there. Errors: as of _on_server() and _insert_rows(), 54000 for lines of more than 256 MB; what is under way then ends with its connection.';
