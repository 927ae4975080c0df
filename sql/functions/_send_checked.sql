CREATE FUNCTION lifecycle._send_checked(server name, statement text, parameters text[], query text, rejects text, checks text, time_column integer, most_bytes bigint,
  sent regclass DEFAULT NULL, memory integer DEFAULT NULL,
  OUT batch_ids uuid[], OUT rows bigint[], OUT bytes bigint[], OUT checksums text[], OUT earliest timestamptz[], OUT latest timestamptz[], OUT delivered timestamptz[],
  OUT answers text[], OUT counts bigint[])
AS 'MODULE_PATHNAME', 'lifecycle_send_checked' LANGUAGE C VOLATILE
-- The text of types that have no form of their own depends on these.
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
SET extra_float_digits = '1';
COMMENT ON FUNCTION lifecycle._send_checked(name, text, text[], text, text, text, integer, bigint, regclass, integer) IS
'Internal: as _send_stream(), of the rows of a query that pass the checks: query and checks are as _direct_rows() gives them. sent and memory, both or neither: the table export_sent, and the position_id under which the fingerprint of each row that was sent is added to it, once; the caller has made sure that the position stays. counts: the rows that did not pass; where there are any, rejects, an INSERT, is run with the snapshot of the query, and how many rows it wrote is the second of them.
Errors: as of _send_stream(), 22023 for checks that are none, 42804 for a query that does not fit them.';
