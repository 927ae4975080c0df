CREATE FUNCTION lifecycle._set_changed_xid() RETURNS trigger
AS 'MODULE_PATHNAME', 'lifecycle_set_changed_xid' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION lifecycle._set_changed_xid() IS
'Internal: BEFORE INSERT OR UPDATE trigger FOR EACH ROW that writes the running top-level transaction (pg_current_xact_id()) into column changed_xid, whatever the statement gave there. Tables with it can be read by a cut (lifecycle.cuts). ENABLE ALWAYS, so that rows that arrive by logical replication get the transaction that wrote them here.';
