CREATE FUNCTION lifecycle._insert_rows(query text, targets regclass[]) RETURNS bigint[]
AS 'MODULE_PATHNAME', 'lifecycle_insert_rows' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._insert_rows(text, regclass[]) IS
'Internal: runs one SELECT as the calling role and inserts its rows in batches, as COPY does, indexes included, but without the checks of foreign keys, row by row: the caller has locked what they refer to. The query gives the columns of each target in their order, of the same types and lengths (else 42804); a row is none of a target whose first column is null in it. Returns the number of rows, then of those inserted into each target. Targets must be such that _takes_rows() is true (else 55000).';
