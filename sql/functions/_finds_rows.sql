CREATE FUNCTION lifecycle._finds_rows(partition regclass, issues regclass) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_finds_rows' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._finds_rows(regclass, regclass) IS
'Internal: whether _ledger_row() can look into a partition of the ledger, and _has_open_issue() into the issues: heaps on this node, each with a B-tree that begins with source_record_id, which the caller may read whole, in a transaction that is not serializable.';
