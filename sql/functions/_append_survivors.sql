CREATE FUNCTION lifecycle._append_survivors(target regclass, source regclass, key_index regclass, queries text[], tables regclass[],
  OUT inserted bigint, OUT updated bigint, OUT stale bigint)
AS 'MODULE_PATHNAME', 'lifecycle_append_survivors' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION lifecycle._append_survivors(regclass, regclass, regclass, text[], regclass[]) IS
'Internal: as _versioned_insert() of a target without record_version, but the rows whose keys it has not are written in bulk, as _insert_rows() writes: each query reads them under the name survivors, in the order of the keys, and gives the columns of the table of its place in their order. The first table is the target itself; those of the others must add up to its rows. Raises 23505 where another session takes a key at the same time, 55000 for tables that cannot be written so.';
