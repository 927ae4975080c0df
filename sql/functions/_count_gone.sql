CREATE FUNCTION lifecycle._count_gone(old_table regclass, new_table regclass) RETURNS bigint
AS 'MODULE_PATHNAME', 'lifecycle_count_gone' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._count_gone(regclass, regclass) IS
'Internal: how many visible rows of a source''s partition have a record id that the partition which replaces it no longer has. Both need a primary key that begins with source_record_id (else 55000).';
