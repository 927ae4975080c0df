CREATE FUNCTION lifecycle._close_append_only() RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_close_append_only' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._close_append_only() IS 'Internal: append-only tables refuse changes again. Harmless where they did already.';
