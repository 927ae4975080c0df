CREATE FUNCTION lifecycle._retry_chunk(after_id bigint, lines bigint, source text, code text, OUT taken bigint, OUT written bigint, OUT repeats bigint,
  OUT dead bigint, OUT warned bigint, OUT last_id bigint)
AS 'MODULE_PATHNAME', 'lifecycle_retry_chunk' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._retry_chunk(bigint, bigint, text, text) IS
'Internal: as _ingest_chunk(), of open dead letters of stage ingest, where given of one source and one code. Those that are taken now are marked as resolved, the others have one more attempt and their present reasons.';
