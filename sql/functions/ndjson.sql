CREATE FUNCTION lifecycle.ndjson("row" record) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_ndjson' LANGUAGE C STABLE STRICT PARALLEL SAFE SUPPORT lifecycle._expand_row;
COMMENT ON FUNCTION lifecycle.ndjson(record) IS
'The row as one line of JSON without a line break: {"column":value,...}, keys in column order, null as null.
timestamptz as "YYYY-MM-DDTHH:MM:SS.ffffffZ" in UTC whatever the session''s time zone, timestamp the same without Z, date "YYYY-MM-DD", time "HH:MM:SS.ffffff", interval ISO 8601 ("P1DT2H"); infinite times are "infinity" and "-infinity", years before 1 end in " BC", years after 9999 have more digits.
numeric exact with its scale, float4 and float8 in the shortest form that reads back the same; NaN, Infinity and -Infinity, for which JSON has no number, as strings. bytea as "\\x" and hex digits. char(n) with its padding.
jsonb in place, in the form of canonical_json(doc, exact => true); json in place without white space between tokens. Arrays and composites as JSON of their elements. A type with a cast to json through that cast; every other type as a string, as its output function writes it (some, as money, point and ranges of times, heed settings there).
Errors: program_limit_exceeded for a row over lifecycle_ledger.max_document_bytes. STABLE: output functions and casts may depend on settings. PostgreSQL reads every value back as it was, but for zeros at the end of numbers within jsonb.';
