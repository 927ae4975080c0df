CREATE FUNCTION lifecycle.csv_line("row" record) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_csv_line' LANGUAGE C STABLE STRICT PARALLEL SAFE SUPPORT lifecycle._expand_row;
COMMENT ON FUNCTION lifecycle.csv_line(record) IS
'The row as one record of CSV (RFC 4180) without its line end: values in column order between commas, in quotes only where they need them. Null is empty, an empty text is "". A text with a line break keeps it, within quotes.
Values as ndjson() writes them, without JSON''s quotes and escapes: timestamptz as YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC whatever the session''s time zone, numeric exact with its scale, boolean true or false, bytea as \x and hex digits, interval ISO 8601, jsonb in canonical form. Arrays and composites as PostgreSQL''s literals ({1,2}, (a,b)) of such values, so that COPY ... (FORMAT csv) reads every value back as it was, but for zeros at the end of numbers within jsonb.
Errors: program_limit_exceeded for a row over lifecycle_ledger.max_document_bytes. STABLE: output functions of other types may depend on settings.';
