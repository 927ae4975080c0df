CREATE FUNCTION lifecycle.canonical_json(doc jsonb, exact boolean DEFAULT false) RETURNS text
AS 'MODULE_PATHNAME', 'lifecycle_canonical_json'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION lifecycle.canonical_json(jsonb, boolean) IS
'The document as canonical JSON (RFC 8785): one text for one content, whatever the order of keys, the spacing and the spelling of numbers. Numbers are written as ECMAScript writes the nearest double; one beyond the range of a double raises 22003 and names its place. With exact => true a number that its double form does not equal is written as its plain decimal instead, so that different documents never have the same text. Null for null. Raises 54000 beyond lifecycle_ledger.max_depth or lifecycle_ledger.max_document_bytes.';
