CREATE FUNCTION lifecycle._partition_at(parent regclass, moment timestamptz) RETURNS regclass
AS 'MODULE_PATHNAME', 'lifecycle_partition_at' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._partition_at(regclass, timestamptz) IS
'Internal: the partition of a table, partitioned by ranges of one timestamptz, timestamp or date column, that holds that time. Null where there is none, or none but a DEFAULT one. Error 42809 for any other table.';
