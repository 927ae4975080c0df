CREATE FUNCTION lifecycle._send_batch(server name, statement text, batch regclass, parameters text[],
  OUT rows bigint, OUT bytes bigint, OUT checksum text, OUT answer text[])
AS 'MODULE_PATHNAME', 'lifecycle_send_batch' LANGUAGE C VOLATILE STRICT
-- The text of types that have no form of their own depends on these.
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._send_batch(name, text, regclass, text[]) IS
'Internal: sends the rows of a relation to another server, in one statement there: $1 are the rows as lines of NDJSON without the keys of nulls, $2 is parity_checksum(parity_text(row)) of them, $3 and so on are the parameters. Gives the number of rows, the bytes of the lines, the checksum, and the first row of the answer as texts. Otherwise as _on_server(). Error 54000 for lines of more than 256 MB.';
