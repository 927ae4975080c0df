CREATE FUNCTION lifecycle._event_contract_trigger() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_event_contract_trigger' LANGUAGE C STABLE;
COMMENT ON FUNCTION lifecycle._event_contract_trigger() IS
'Internal: BEFORE INSERT, FOR EACH ROW of lifecycle.events. Raises check_violation (23514) for a row that breaks the event contract: the first problem in the message, all of them in the DETAIL, mends in the HINT. Where the source named by lifecycle_ledger.event_source is warn-only, naming problems are warnings, of which a statement shows 20.';
