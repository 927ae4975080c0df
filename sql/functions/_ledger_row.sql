CREATE FUNCTION lifecycle._ledger_row(partition regclass, source_system text, source_record_id text, event_fingerprint uuid, contact_id text,
  contact_email text, OUT place tid, OUT same boolean)
AS 'MODULE_PATHNAME', 'lifecycle_ledger_row' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION lifecycle._ledger_row(regclass, text, text, uuid, text, text) IS
'Internal: where the ledger''s row of a record lies, and whether it has this fingerprint and this contact; null where there is none. Sees what the calling statement sees. Fast where record ids come in their order. Error 55000 where _finds_rows() is false.';
