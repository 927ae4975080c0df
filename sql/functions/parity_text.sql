CREATE FUNCTION lifecycle.parity_text("row" record) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_parity_text' LANGUAGE C STABLE STRICT PARALLEL SAFE SUPPORT lifecycle._expand_row;
COMMENT ON FUNCTION lifecycle.parity_text(record) IS
'The row as one text that any engine can make, for parity_checksum(): the columns'' text forms in column order, joined by U+001F; null is \N. docs/PARITY.md has the form of every type and the SQL that makes it elsewhere.
In text a backslash is doubled and U+001F becomes \x1F, so different rows never have one text. Column names do not enter it: select the columns in an agreed order.
Example: SELECT lifecycle.parity_checksum(lifecycle.parity_text(t)) FROM (SELECT a, b, c FROM facts) t.';
