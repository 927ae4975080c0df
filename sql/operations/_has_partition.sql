CREATE FUNCTION lifecycle._has_partition(parent regclass, moment timestamptz) RETURNS boolean
AS 'MODULE_PATHNAME', 'lifecycle_has_partition' LANGUAGE C STABLE STRICT;
COMMENT ON FUNCTION lifecycle._has_partition(regclass, timestamptz) IS
'Internal: whether a table that is partitioned by ranges of one timestamptz, timestamp or date column has a partition for that time. Error 42809 for any other table.';
