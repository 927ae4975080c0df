CREATE FUNCTION lifecycle._open_append_only(reason text) RETURNS void
AS 'MODULE_PATHNAME', 'lifecycle_open_append_only' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._open_append_only(text) IS
'Internal: from here on this session may change append-only tables, until _close_append_only(), the end of the lawful procedure it was called in, or an error. Works only below such a procedure: a C-language member of this extension, CREATE PROCEDURE lifecycle.NAME(...) AS ''MODULE_PATHNAME'', ''lifecycle_lawful_call'', which runs lifecycle._NAME(...) of the same arguments (of an internal _NAME, lifecycle._NAME_lawfully(...)). Anywhere else it is error 55000, also for superusers. reason is for who reads the code.';
