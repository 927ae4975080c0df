CREATE FUNCTION lifecycle._keep_contracts_early() RETURNS event_trigger
AS 'MODULE_PATHNAME', 'lifecycle_keep_contracts_early' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._keep_contracts_early() IS
  'Internal: event trigger before CREATE INDEX and DROP INDEX: what these do CONCURRENTLY is committed in parts, and cannot be refused at the end without leaving an invalid index: so it is refused (55000) before anything is built.';
