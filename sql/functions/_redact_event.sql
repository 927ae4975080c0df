CREATE FUNCTION lifecycle._redact_event() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_redact_event' LANGUAGE C;
COMMENT ON FUNCTION lifecycle._redact_event() IS
'Internal: trigger BEFORE INSERT on events. An event of somebody who was erased comes in without its properties and under the erasure''s pseudonym. The list is read as the owner of events.';
